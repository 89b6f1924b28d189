package io.sluice.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.ExecutionCallback;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.map.IMap;
import com.hazelcast.spi.exception.RetryableHazelcastException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;

/** The owners as Hazelcast knows them: one entry operation for each question. */
final class HazelcastOwners implements Owners {

  private final IMap<String, ChannelRecord> records;
  private final HazelcastInstance hazelcast;
  private final Members members;
  private final Keeper keeper;
  private final long node;

  HazelcastOwners(HazelcastInstance hazelcast, Members members, Keeper keeper, long node) {
    this.records = hazelcast.getMap(HazelcastSettings.CHANNELS);
    this.hazelcast = hazelcast;
    this.members = members;
    this.keeper = keeper;
    this.node = node;
  }

  @Override
  public Future<Appended> append(String channel, PublishRequest request) {
    return run(channel, new Append(keeper, request));
  }

  @Override
  public Future<Sliced> look(String channel, Look.Query query) {
    return run(channel, new Look(keeper, query));
  }

  @Override
  public void unfollow(String channel, long version) {
    run(channel, new Unfollow(keeper, node, version));
  }

  @Override
  public Future<Emptied> empty(String channel) {
    return run(channel, new Empty(keeper));
  }

  @Override
  public Future<Inspected> inspect(String channel) {
    return run(channel, new Inspect(keeper, node));
  }

  @Override
  public BooleanSupplier losses() {
    Members.Roll before = members.roll();
    return () -> before.gone(members.roll()) >= keeper.copies();
  }

  @Override
  public int partition(String channel) {
    return members.partition(channel);
  }

  /**
   * An answer that came while a member went counts for nothing: its owner may have looked who has
   * the record while that member was there, and waited for nobody once it was gone. Asked again, a
   * record answers the same.
   */
  private <R> Future<R> run(String channel, EntryProcessor<String, ChannelRecord, R> processor) {
    Promise<R> promise = Promise.promise();
    int before = members.version();
    try {
      records
          .submitToKey(channel, processor)
          .whenCompleteAsync(
              (answer, failure) -> {
                if (failure == null && members.version() != before) {
                  promise.fail(new HazelcastException("members came or went meanwhile"));
                } else if (failure == null) {
                  promise.complete(answer);
                } else {
                  promise.fail(wasNotRun(failure) ? new NotRun(failure) : failure);
                }
              },
              Runnable::run);
    } catch (HazelcastInstanceNotActiveException stopping) {
      promise.fail(new NotRun(stopping));
    }
    return promise.future();
  }

  /** A partition that is on the move, or a member that is not the owner, refuses before it runs. */
  private static boolean wasNotRun(Throwable failure) {
    return failure instanceof RetryableHazelcastException;
  }

  @Override
  public Future<List<String>> names(String afterName, int limit) {
    List<Future<List<String>>> answers = new ArrayList<>();
    for (Member member : hazelcast.getCluster().getMembers()) {
      answers.add(ask(member, new Names(keeper, afterName, limit)));
    }
    return Future.all(answers)
        .map(
            all -> {
              TreeSet<String> names = new TreeSet<>();
              answers.forEach(answer -> names.addAll(answer.result()));
              return names.stream().limit(limit).toList();
            });
  }

  private Future<List<String>> ask(Member member, Names question) {
    Promise<List<String>> promise = Promise.promise();
    try {
      hazelcast
          .getExecutorService(HazelcastSettings.QUESTIONS)
          .submitToMember(question, member, new Answer<>(promise));
    } catch (RejectedExecutionException | IllegalStateException stopping) {
      promise.fail(stopping);
    }
    return promise.future();
  }

  /** Where an answer goes. */
  private record Answer<T>(Promise<T> promise) implements ExecutionCallback<T> {
    @Override
    public void onResponse(T answer) {
      promise.complete(answer);
    }

    @Override
    public void onFailure(Throwable failure) {
      promise.fail(failure);
    }
  }
}
