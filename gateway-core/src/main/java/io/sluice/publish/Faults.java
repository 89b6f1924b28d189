package io.sluice.publish;

import io.sluice.http.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** What is wrong with a body, each with a JSON pointer (RFC 6901) to where. */
final class Faults {

  /** More are not told: nobody reads them. */
  private static final int MAX_TOLD = 100;

  private final List<Fault> faults = new ArrayList<>();
  private int count;
  private String prefix = "";

  /**
   * One fault.
   *
   * @param pointer to the place
   * @param kind what it would be alone
   */
  record Fault(String pointer, Problem.Kind kind, String detail) {}

  /** The following faults are in this item of an array. */
  void inItem(int index) {
    prefix = "/" + index;
  }

  /** The following faults are in the document's only item. */
  void inDocument() {
    prefix = "";
  }

  void add(String member, Problem.Kind kind, String detail) {
    add(List.of(member), kind, detail);
  }

  /** Adds a fault at a path inside the item; an empty path is the item itself. */
  void add(List<String> path, Problem.Kind kind, String detail) {
    count++;
    if (faults.size() < MAX_TOLD) {
      StringBuilder pointer = new StringBuilder(prefix);
      for (String step : path) {
        pointer.append('/').append(step.replace("~", "~0").replace("/", "~1"));
      }
      faults.add(new Fault(pointer.toString(), kind, detail));
    }
  }

  int count() {
    return count;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** The refusal of a whole body with at least one fault. */
  Problem problem(boolean list) {
    Problem.Kind kind = list ? kindOfList() : kindOfOne();
    JsonArray errors = new JsonArray();
    for (Fault fault : faults) {
      errors.add(
          new JsonObject()
              .put("pointer", fault.pointer)
              .put("slug", fault.kind.slug())
              .put("detail", fault.detail));
    }
    Fault first = faults.get(0);
    String detail = first.pointer.isEmpty() ? first.detail : first.pointer + ": " + first.detail;
    if (count > 1) {
      detail += " (and " + (count - 1) + " more)";
    }
    return new Problem(kind, detail, new JsonObject().put("errors", errors));
  }

  /** A key that may not is told so only if all else is in order. */
  private Problem.Kind kindOfList() {
    boolean forbidden = faults.stream().allMatch(f -> f.kind == Problem.Kind.FORBIDDEN);
    return forbidden ? Problem.Kind.FORBIDDEN : Problem.Kind.INVALID;
  }

  private Problem.Kind kindOfOne() {
    return faults.stream()
        .map(Fault::kind)
        .filter(kind -> kind != Problem.Kind.FORBIDDEN)
        .findFirst()
        .orElse(Problem.Kind.FORBIDDEN);
  }
}
