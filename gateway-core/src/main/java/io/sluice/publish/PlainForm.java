package io.sluice.publish;

import io.sluice.http.Problem;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The gateway's own shape of an item (PUB-3). */
final class PlainForm implements Form {

  private static final Set<String> KNOWN =
      Set.of("channel", "channels", "data", "data64", "name", "type", "id");

  private final Rules rules;

  PlainForm(Rules rules) {
    this.rules = rules;
  }

  @Override
  public @Nullable Item read(Members members, Faults faults) {
    int before = faults.count();
    for (String name : members.names()) {
      if (!KNOWN.contains(name)) {
        faults.add(
            name, Problem.Kind.INVALID, "an unknown member (expected one of " + order() + ")");
      }
    }
    List<String> channels = channels(members, faults);
    String name = rules.name(members.string("name", faults), "name", faults);
    String type = members.string("type", faults);
    String id = id(members, faults);
    boolean typed = rules.type(type, "type", faults);
    Rules.Data data = typed ? data(members, type, faults) : null;
    if (faults.count() > before || data == null) {
      return null;
    }
    return new Item(
        channels, members.has("channels"), name, data.type(), data.kind(), data.bytes(), id);
  }

  private List<String> channels(Members members, Faults faults) {
    if (members.has("channel") == members.has("channels")) {
      faults.add(
          List.of(),
          Problem.Kind.INVALID,
          "not exactly one of channel and channels (expected one)");
      return List.of();
    }
    if (members.has("channel")) {
      String channel = members.string("channel", faults);
      if (channel == null) {
        return List.of();
      }
      rules.channel(channel, List.of("channel"), faults);
      return List.of(channel);
    }
    List<String> channels = members.strings("channels");
    if (channels == null || channels.isEmpty()) {
      faults.add(
          "channels",
          Problem.Kind.INVALID,
          channels == null
              ? "not a list of strings (expected the names of channels)"
              : "an empty list (expected the name of at least one channel)");
      return List.of();
    }
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < channels.size(); i++) {
      List<String> path = List.of("channels", Integer.toString(i));
      rules.channel(channels.get(i), path, faults);
      if (!seen.add(channels.get(i))) {
        faults.add(path, Problem.Kind.INVALID, "the channel is named twice (expected once)");
      }
    }
    return channels;
  }

  private static @Nullable String id(Members members, Faults faults) {
    String id = members.string("id", faults);
    String problem = id == null ? null : Rules.idProblem("the id", id);
    if (problem != null) {
      faults.add("id", Problem.Kind.INVALID, problem);
    }
    return id;
  }

  private Rules.@Nullable Data data(Members members, @Nullable String type, Faults faults) {
    if (members.has("data") == members.has("data64")) {
      faults.add(
          List.of(), Problem.Kind.INVALID, "not exactly one of data and data64 (expected one)");
      return null;
    }
    if (members.has("data64")) {
      String base64 = members.string("data64", faults);
      return base64 == null ? null : rules.base64(type, base64, "data64", faults);
    }
    return Embedded.data(rules, members, type, faults);
  }

  private static String order() {
    return "channel, channels, data, data64, name, type, id";
  }
}
