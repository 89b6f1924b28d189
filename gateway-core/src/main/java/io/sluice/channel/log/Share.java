package io.sluice.channel.log;

/** What one shard has taken of a budget of the node. Touched by the shard's loop alone. */
public final class Share {

  private final Budget budget;
  private long own;

  public Share(Budget budget) {
    this.budget = budget;
  }

  /** Takes an amount, or gives it back if negative. */
  public void take(long amount) {
    own += amount;
    budget.take(amount);
  }

  /** Whether the budget is exceeded, by whomever. */
  public boolean isExceeded() {
    return budget.exceeded();
  }

  /** Whether the budget is exceeded and this shard has more than its part of it. */
  public boolean hasToGive() {
    return budget.exceeded() && own > budget.share();
  }
}
