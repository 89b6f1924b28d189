package io.sluice.channel.local;

/** What one shard has taken of a budget of the node. Touched by the shard's loop alone. */
final class Share {

  private final Budget budget;
  private long own;

  Share(Budget budget) {
    this.budget = budget;
  }

  /** Takes an amount, or gives it back if negative. */
  void take(long amount) {
    own += amount;
    budget.take(amount);
  }

  /** Whether the budget is exceeded, by whomever. */
  boolean isExceeded() {
    return budget.exceeded();
  }

  /** Whether the budget is exceeded and this shard has more than its part of it. */
  boolean hasToGive() {
    return budget.exceeded() && own > budget.share();
  }
}
