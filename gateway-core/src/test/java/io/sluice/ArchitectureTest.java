package io.sluice;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rooms, who may enter which, and what none of them holds. */
final class ArchitectureTest {

  /** Who may import whom; the figure in {@code docs/architecture.md} shows the same edges. */
  private static final Map<String, Set<String>> EDGES =
      Map.ofEntries(
          Map.entry("config", Set.of()),
          Map.entry("metrics", Set.of()),
          Map.entry("channel", Set.of("metrics")),
          Map.entry("channel.hub", Set.of("channel", "metrics")),
          Map.entry("channel.local", Set.of("channel", "channel.log", "metrics")),
          Map.entry("channel.log", Set.of("channel")),
          Map.entry("channel.nodes", Set.of()),
          Map.entry("http", Set.of("channel", "config", "metrics")),
          Map.entry("http.guard", Set.of("channel", "config", "http", "metrics")),
          Map.entry("access", Set.of("config", "http", "metrics")),
          Map.entry(
              "transport", Set.of("access", "channel", "channel.hub", "config", "http", "metrics")),
          Map.entry(
              "publish", Set.of("access", "channel", "channel.hub", "config", "http", "metrics")),
          Map.entry(
              "admin",
              Set.of(
                  "access",
                  "channel",
                  "channel.hub",
                  "channel.nodes",
                  "config",
                  "http",
                  "metrics")),
          Map.entry("proxy", Set.of("access", "channel", "config", "http", "metrics")),
          Map.entry(
              "server",
              Set.of(
                  "access",
                  "admin",
                  "channel",
                  "channel.hub",
                  "channel.local",
                  "channel.log",
                  "channel.nodes",
                  "config",
                  "http",
                  "http.guard",
                  "metrics",
                  "proxy",
                  "publish",
                  "transport")));

  private static final int MAX_PUBLIC_TYPES = 10;
  private static final int MAX_LINES = 500;
  private static final Pattern EMPTY_NAMES = Pattern.compile(".*(Impl|Manager|Helper|Utils?)");
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  private final JavaClasses core =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.sluice");

  @Test
  void roomsImportOnlyWhatTheMapAllows() {
    List<String> wrong = new ArrayList<>();
    for (JavaClass from : core) {
      for (var dependency : from.getDirectDependenciesFromSelf()) {
        String own = room(from);
        String other = room(dependency.getTargetClass());
        if (other != null && !other.equals(own) && !allowed(own).contains(other)) {
          wrong.add(own + " → " + other + ": " + dependency.getDescription());
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void everyRoomIsOnTheMap() {
    assertThat(core.stream().map(ArchitectureTest::room).collect(Collectors.toSet()))
        .isSubsetOf(EDGES.keySet());
  }

  @Test
  void noRoomReachesAnyOtherInACircle() {
    for (String room : EDGES.keySet()) {
      assertThat(reachable(room)).as("rooms that %s reaches", room).doesNotContain(room);
    }
  }

  @Test
  void noPackageHasMorePublicTypesThanOneCanHoldInMind() {
    Map<String, List<String>> types = new TreeMap<>();
    for (JavaClass type : core) {
      if (type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC)) {
        types
            .computeIfAbsent(type.getPackageName(), p -> new ArrayList<>())
            .add(type.getSimpleName());
      }
    }
    assertThat(types)
        .allSatisfy((name, all) -> assertThat(all).hasSizeLessThanOrEqualTo(MAX_PUBLIC_TYPES));
  }

  @Test
  void noNameSaysNothing() {
    assertThat(core.stream().map(JavaClass::getSimpleName))
        .noneMatch(name -> EMPTY_NAMES.matcher(name).matches());
    assertThat(core.stream().map(JavaClass::getPackageName))
        .noneMatch(name -> name.matches(".*\\.(util|utils|common|impl|misc|helpers?)(\\..*)?"));
  }

  @Test
  void onlyTheClusterKnowsHazelcast() {
    noClasses().should().dependOnClassesThat(resideInAPackage("com.hazelcast..")).check(core);
  }

  @Test
  void internalsOfVertxAreUsedInFewPlacesOnly() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("io.sluice.transport.Takeover")
        .and()
        .doNotHaveFullyQualifiedName("io.sluice.proxy.Channels")
        .and()
        .doNotHaveFullyQualifiedName("io.sluice.http.guard.HttpPipeline")
        .and()
        .resideOutsideOfPackage("io.sluice.server..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.vertx.core.internal..").or(resideInAPackage("io.vertx..impl..")))
        .check(core);
    classes()
        .that()
        .resideInAPackage("io.sluice.server..")
        .should()
        .onlyDependOnClassesThat(resideInAPackage("io.vertx..impl..").negate())
        .check(core);
  }

  @Test
  void nothingOnTheWayOfAnEventLocks() {
    noClasses()
        .should()
        .dependOnClassesThat(resideInAPackage("java.util.concurrent.locks.."))
        .check(core);
    assertThat(core.stream().flatMap(type -> type.getMethods().stream()))
        .noneMatch(method -> method.getModifiers().contains(JavaModifier.SYNCHRONIZED));
    assertThat(sources("main", ".java"))
        .allSatisfy(file -> assertThat(code(file)).doesNotContainPattern("\\bsynchronized\\s*\\("));
  }

  @Test
  void everyPackageSaysWhatItIsFor() throws IOException {
    for (Path folder : foldersOf(sources("main", ".java"))) {
      Path info = folder.resolve("package-info.java");
      assertThat(info).exists();
      assertThat(Files.readString(info))
          .contains("<b>Threading</b>")
          .contains("<b>Invariants</b>")
          .contains("Source of truth")
          .contains("@NullMarked");
    }
  }

  @Test
  void noFileIsTooLongToRead() {
    List<Path> all = new ArrayList<>(sources("main", ".java"));
    all.addAll(sources("test", ".java"));
    all.addAll(sources("test", ".mjs"));
    assertThat(all).allSatisfy(file -> assertThat(lines(file)).isLessThanOrEqualTo(MAX_LINES));
  }

  private static Set<String> allowed(String room) {
    return EDGES.getOrDefault(room, Set.of());
  }

  private static Set<String> reachable(String from) {
    Set<String> reached = new java.util.HashSet<>();
    List<String> next = new ArrayList<>(allowed(from));
    while (!next.isEmpty()) {
      String room = next.remove(next.size() - 1);
      if (reached.add(room)) {
        next.addAll(allowed(room));
      }
    }
    return reached;
  }

  /** The package below {@code io.sluice}, or null for a class of others. */
  private static String room(JavaClass type) {
    String name = type.getBaseComponentType().getPackageName();
    return name.startsWith("io.sluice.") ? name.substring("io.sluice.".length()) : null;
  }

  /** All source files of one kind in all modules. */
  static List<Path> sources(String kind, String ending) {
    try (Stream<Path> modules = Files.list(ROOT)) {
      List<Path> found = new ArrayList<>();
      for (Path module : modules.filter(Files::isDirectory).sorted().toList()) {
        Path folder = module.resolve("src").resolve(kind);
        if (Files.isDirectory(folder)) {
          try (Stream<Path> files = Files.walk(folder)) {
            files
                .filter(file -> file.toString().endsWith(ending))
                .filter(file -> !file.toString().contains("node_modules"))
                .forEach(found::add);
          }
        }
      }
      return found;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Set<Path> foldersOf(List<Path> files) {
    return files.stream().map(Path::getParent).collect(Collectors.toSet());
  }

  private static String code(Path file) {
    return text(file).replaceAll("(?s)/\\*.*?\\*/", "").replaceAll("//[^\n]*", "");
  }

  private static long lines(Path file) {
    return text(file).lines().count();
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
