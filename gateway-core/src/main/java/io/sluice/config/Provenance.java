package io.sluice.config;

import io.sluice.config.ConfigReader.Origin;
import io.sluice.config.ConfigReader.Setting;
import io.sluice.config.Reading.Noted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What was noted while reading, as values that hold and where each comes from. */
final class Provenance {

  private static final Pattern INDEX = Pattern.compile("\\[\\d+]");
  private static final Pattern OF_ROUTE =
      Pattern.compile("routes\\[(\\d+)]\\.(push|upstream)\\.(.*)");

  private final String source;
  private final Map<String, Noted> byPath = new HashMap<>();

  private Provenance(String source) {
    this.source = source;
  }

  static List<Setting> settings(Reading reading, Config config) {
    Provenance provenance = new Provenance(reading.source());
    reading.noted().forEach(noted -> provenance.byPath.put(noted.path(), noted));
    List<Setting> settings = new ArrayList<>();
    for (Noted noted : reading.noted()) {
      if (holds(noted.path(), config)) {
        settings.add(provenance.setting(noted));
      }
    }
    return settings;
  }

  /** A route has the keys of the blocks that it has. */
  private static boolean holds(String path, Config config) {
    Matcher key = OF_ROUTE.matcher(path);
    if (!key.matches()) {
      return true;
    }
    Route route = config.routes().get(Integer.parseInt(key.group(1)));
    return (key.group(2).equals("push") ? route.push() : route.upstream()) != null;
  }

  private Setting setting(Noted noted) {
    Keys.Row row = Keys.row(INDEX.matcher(noted.path()).replaceAll("[]"));
    boolean restart = row == null || row.restart();
    return new Setting(noted.path(), noted.value(), origin(noted), restart);
  }

  private Origin origin(Noted noted) {
    if (noted.at() != null) {
      return origin(noted, null);
    }
    Matcher key = OF_ROUTE.matcher(noted.path());
    if (key.matches()) {
      String block = key.group(2).equals("push") ? "" : "upstream.";
      Noted base = byPath.get("defaults." + block + key.group(3));
      if (base != null && base.at() != null) {
        return origin(base, base.path());
      }
    }
    return new Origin(source, 0, 0, null, List.of(), List.of());
  }

  private Origin origin(Noted noted, @Nullable String inherited) {
    Yaml.At at = Objects.requireNonNull(noted.at());
    return new Origin(
        source,
        at.line(),
        at.column(),
        inherited,
        noted.putIn().variables(),
        noted.putIn().files());
  }
}
