# shellcheck shell=bash
# The micro-benchmarks of gateway-core/src/jmh, which no usual build compiles.

# Compiles them and runs what matches the arguments, which are JMH's own ("-h" lists them).
micro() {
  local build=$top/gateway-core/target/jmh
  (cd "$top" && mvn -q -B -Dstyle.color=never -Dspotless.check.skip=true -Pjmh -pl gateway-core test-compile dependency:build-classpath \
    -Dmdep.includeScope=test -Dmdep.outputFile=target/jmh/classpath)
  java -cp "$build/test-classes:$build/classes:$(cat "$build/classpath")" org.openjdk.jmh.Main -foe true "$@"
}
