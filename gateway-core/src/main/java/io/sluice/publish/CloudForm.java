package io.sluice.publish;

import io.sluice.http.Problem;
import io.sluice.http.RequestTarget;
import io.vertx.core.MultiMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * CloudEvents 1.0 over HTTP: structured and batched ({@link #read}) and binary ({@link #binary}).
 * Readers get the event's data; its type is the event's name (PUB-8).
 */
final class CloudForm implements Form {

  private static final List<String> REQUIRED = List.of("specversion", "id", "source", "type");
  private static final String HEADER = "ce-";

  private final Rules rules;
  private final @Nullable String channel;

  /**
   * @param channel from the query, already checked, or null: then each event names its own
   */
  CloudForm(Rules rules, @Nullable String channel) {
    this.rules = rules;
    this.channel = channel;
  }

  private static final List<String> NAMES =
      List.of("specversion", "id", "source", "type", "channel", "datacontenttype");

  @Override
  public @Nullable Item read(Members members, Faults faults) {
    int before = faults.count();
    Map<String, String> attributes =
        attributes(name -> members.isNull(name) ? null : members.string(name, faults));
    String type = attributes.get("datacontenttype");
    boolean typed = faults.count() == before && rules.type(type, "datacontenttype", faults);
    Rules.Data data = typed ? data(members, type, faults) : null;
    return item(attributes, data, faults, before);
  }

  /** Reads an event whose attributes are headers and whose data is the body. */
  @Nullable Item binary(MultiMap headers, byte[] body, Faults faults) {
    int before = faults.count();
    String type = headers.get("Content-Type");
    Rules.Data data =
        rules.type(type, "datacontenttype", faults)
            ? rules.bytes(type, body, List.of(), faults)
            : null;
    return item(attributes(name -> header(headers, name, faults)), data, faults, before);
  }

  /** Each attribute is read once, so that a fault in it is told once. */
  private static Map<String, String> attributes(Function<String, @Nullable String> source) {
    Map<String, String> attributes = new HashMap<>();
    for (String name : NAMES) {
      String value = source.apply(name);
      if (value != null) {
        attributes.put(name, value);
      }
    }
    return attributes;
  }

  private @Nullable Item item(
      Map<String, String> attributes, Rules.@Nullable Data data, Faults faults, int before) {
    for (String name : REQUIRED) {
      String value = attributes.get(name);
      if (value == null || value.isEmpty()) {
        faults.add(name, Problem.Kind.INVALID, "a required attribute is missing (CloudEvents 1.0)");
      } else if (name.equals("specversion") && !value.equals("1.0")) {
        faults.add(name, Problem.Kind.INVALID, "not a known version (expected 1.0)");
      }
    }
    String to = channel == null ? attributes.get("channel") : channel;
    if (to == null) {
      faults.add("channel", Problem.Kind.INVALID, "no channel: set ?channel= or this extension");
    } else if (channel == null) {
      rules.channel(to, List.of("channel"), faults);
    }
    String name = rules.name(attributes.get("type"), "type", faults);
    String id = id(attributes, faults);
    if (faults.count() > before || to == null || data == null) {
      return null;
    }
    return new Item(List.of(to), false, name, data.type(), data.kind(), data.bytes(), id);
  }

  /** Source and id together name an event; the length keeps them apart. */
  private static String id(Map<String, String> attributes, Faults faults) {
    String source = attributes.get("source");
    String id = attributes.get("id");
    for (String name : List.of("source", "id")) {
      String value = name.equals("id") ? id : source;
      String problem =
          value == null || value.isEmpty() ? null : Rules.idProblem("the attribute", value);
      if (problem != null) {
        faults.add(name, Problem.Kind.INVALID, problem);
      }
    }
    return source == null ? "" : source.length() + ":" + source + id;
  }

  private Rules.@Nullable Data data(Members members, @Nullable String type, Faults faults) {
    if (members.has("data") && members.has("data_base64")) {
      faults.add(
          "data_base64", Problem.Kind.INVALID, "beside data (expected at most one of the two)");
      return null;
    }
    if (members.has("data_base64")) {
      String base64 = members.string("data_base64", faults);
      return base64 == null ? null : rules.base64(type, base64, "data_base64", faults);
    }
    if (!members.has("data")) {
      return rules.bytes(type, new byte[0], List.of(), faults);
    }
    // CloudEvents JSON format §3.1: without a type the data is JSON, a string included
    return type == null
        ? Embedded.json(rules, members, "application/json", faults)
        : Embedded.data(rules, members, type, faults);
  }

  /** HTTP binding §3.1.3.2: header values are percent-encoded UTF-8. */
  private static @Nullable String header(MultiMap headers, String name, Faults faults) {
    String raw = headers.get(HEADER + name);
    if (raw == null) {
      return null;
    }
    String value = RequestTarget.decode(raw);
    if (value == null) {
      faults.add(name, Problem.Kind.INVALID, "not percent-encoded UTF-8");
    }
    return value;
  }
}
