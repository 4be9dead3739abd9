package dev.mainstay.testkit;

import dev.mainstay.Fleet;
import dev.mainstay.FleetBuilder;
import dev.mainstay.postgres.Database;
import dev.mainstay.testing.TestDatabase;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives tests what they ask for as a parameter: a migrated [TestDatabase] of the test class's own, its [Database], a
/// started [Fleet] on it. Each is made when first asked for, shared by the class with all nested in it, and closed when
/// the class is done.
///
/// ```java
/// @ExtendWith(MainstayExtension.class)
/// class PriceSyncTest {
///     @Test
///     void prices_are_synced(Fleet fleet) { … }
/// }
/// ```
///
/// Thread-safe.
public final class MainstayExtension implements ParameterResolver {
    private static final Set<Class<?>> GIVEN = Set.of(TestDatabase.class, Database.class, Fleet.class);

    private final Consumer<FleetBuilder> settings;

    /// A fleet without agents; a test may add them while it runs.
    public MainstayExtension() {
        this(builder -> {});
    }

    private MainstayExtension(Consumer<FleetBuilder> settings) {
        this.settings = settings;
    }

    /// With a fleet that `settings` completes, for a static field with `@RegisterExtension`.
    public static MainstayExtension withFleet(Consumer<FleetBuilder> settings) {
        return new MainstayExtension(settings);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return GIVEN.contains(parameter.getParameter().getType());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
        Store store = topLevel(test).getStore(Namespace.create(MainstayExtension.class));
        // Before the fleet that runs on it, because what was stored last is closed first.
        TestDatabase database =
                store.computeIfAbsent(TestDatabase.class, any -> TestDatabase.create(), TestDatabase.class);
        Class<?> asked = parameter.getParameter().getType();
        if (asked == Fleet.class) {
            return store.computeIfAbsent(Fleet.class, any -> start(database), Fleet.class);
        }
        return asked == Database.class ? database.database() : database;
    }

    private Fleet start(TestDatabase database) {
        FleetBuilder builder = Fleet.builder().database(database.database()).node("test");
        settings.accept(builder);
        return builder.start();
    }

    /// The context of the outermost test class, which lives as long as all its tests.
    private static ExtensionContext topLevel(ExtensionContext test) {
        ExtensionContext context = test;
        while (context.getParent().flatMap(ExtensionContext::getTestClass).isPresent()) {
            context = context.getParent().get();
        }
        return context;
    }
}
