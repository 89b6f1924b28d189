package io.sluice.channel.hub;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;

/**
 * An encoded page, counted against the budget until the last socket has let go of it: however many
 * clients have stopped reading, what they hold stays inside the budget.
 */
final class PageBuffer extends UnpooledDirectByteBuf {

  private final PageBudget budget;
  private final int counted;

  PageBuffer(ByteBufAllocator allocator, int capacity, PageBudget budget) {
    super(allocator, capacity, capacity);
    this.budget = budget;
    this.counted = capacity;
    budget.take(capacity);
  }

  @Override
  protected void deallocate() {
    super.deallocate();
    budget.giveBack(counted);
  }
}
