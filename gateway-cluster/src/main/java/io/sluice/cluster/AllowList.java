package io.sluice.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.SerializationConfig;
import com.hazelcast.nio.serialization.DataSerializableFactory;
import java.io.IOException;
import java.net.URL;
import java.util.Enumeration;

/**
 * What a node makes of bytes that another one sent: objects of our own factory, Hazelcast's own,
 * and the exceptions with which it answers. Whoever reaches the port may send anything, before it
 * is known to be a member.
 */
final class AllowList {

  /**
   * Classes that Java's serialization may name: the exceptions of a failed operation, and what is
   * in every exception. An empty list would allow everything, so this one must never be.
   */
  private static final String[] JAVA = {
    "java.lang.Enum",
    "java.lang.Throwable",
    "java.lang.Exception",
    "java.lang.RuntimeException",
    "java.lang.Error",
    "java.lang.LinkageError",
    "java.lang.NoClassDefFoundError",
    "java.lang.VirtualMachineError",
    "java.lang.OutOfMemoryError",
    "java.lang.StackOverflowError",
    "java.lang.AssertionError",
    "java.lang.ArithmeticException",
    "java.lang.ClassCastException",
    "java.lang.IllegalArgumentException",
    "java.lang.IllegalStateException",
    "java.lang.IndexOutOfBoundsException",
    "java.lang.ArrayIndexOutOfBoundsException",
    "java.lang.NullPointerException",
    "java.lang.SecurityException",
    "java.lang.UnsupportedOperationException",
    "java.lang.ReflectiveOperationException",
    "java.lang.ClassNotFoundException",
    "java.lang.InterruptedException",
    "java.lang.StackTraceElement",
    "[Ljava.lang.StackTraceElement;",
    "java.io.IOException",
    "java.io.EOFException",
    "java.util.Collections$EmptyList",
    "java.util.Collections$UnmodifiableList",
    "java.util.Collections$UnmodifiableRandomAccessList",
    "java.util.Collections$UnmodifiableCollection",
    "java.util.ArrayList",
    "java.util.NoSuchElementException",
    "java.util.ConcurrentModificationException",
    "java.util.concurrent.CancellationException",
    "java.util.concurrent.CompletionException",
    "java.util.concurrent.ExecutionException",
    "java.util.concurrent.RejectedExecutionException",
    "java.util.concurrent.TimeoutException",
  };

  private static final String[] HAZELCAST = {
    // With it a side of several members is stopped before it joins the other one after a split.
    "com.hazelcast.cluster.ClusterState",
    "com.hazelcast.core.",
    "com.hazelcast.spi.exception.",
    "com.hazelcast.nio.serialization.HazelcastSerializationException",
    "com.hazelcast.partition.NoDataMemberInClusterException",
    "com.hazelcast.internal.cluster.impl.ClusterTopologyChangedException",
    "com.hazelcast.internal.cluster.impl.ConfigMismatchException",
    "com.hazelcast.internal.cluster.impl.MasterNodeChangedException",
    "com.hazelcast.internal.cluster.impl.VersionMismatchException",
    "com.hazelcast.internal.partition.PartitionStateVersionMismatchException",
  };

  private AllowList() {}

  /** Makes it that of a node. */
  static void apply(Config config, int factory, DataSerializableFactory wire) {
    SerializationConfig serialization = config.getSerializationConfig();
    serialization.addDataSerializableFactory(factory, wire);
    serialization.setJavaSerializationFilterConfig(java());
    // An empty list with no defaults is how Hazelcast is told: no class by its fields, not one.
    JavaSerializationFilterConfig nothing = new JavaSerializationFilterConfig();
    nothing.setDefaultsDisabled(true).getWhitelist();
    serialization.getCompactSerializationConfig().setZeroConfigFilter(nothing);
    // The filters do not look at objects that name their class for Hazelcast's own form.
    config.setClassLoader(new HazelcastOnly(Config.class.getClassLoader()));
  }

  private static JavaSerializationFilterConfig java() {
    JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig();
    filter.setDefaultsDisabled(true);
    filter.getWhitelist().addClasses(JAVA).addPrefixes(HAZELCAST);
    return filter;
  }

  /** Finds what Hazelcast asks for by name, as far as that is Hazelcast's or Java's. */
  private static final class HazelcastOnly extends ClassLoader {
    private final ClassLoader all;

    private HazelcastOnly(ClassLoader all) {
      super(null);
      this.all = all;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (name.startsWith("com.hazelcast.") && !name.startsWith("com.hazelcast.shaded.")) {
        return all.loadClass(name);
      }
      throw new ClassNotFoundException(name + " is not for other nodes to name");
    }

    @Override
    protected URL findResource(String name) {
      return all.getResource(name);
    }

    @Override
    protected Enumeration<URL> findResources(String name) throws IOException {
      return all.getResources(name);
    }
  }
}
