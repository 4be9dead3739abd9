package dev.mainstay.bench.gate;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/// Which package may know which, and what only one package may do. Looks at the main classes of all modules.
class ArchitectureTest {

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.mainstay");

    private static final String AI = "dev.mainstay.ai..";
    private static final String AGENTS = "dev.mainstay.agents..";
    private static final String SERVER = "dev.mainstay.server..";
    private static final String TESTKIT = "dev.mainstay.testkit..";
    private static final String BENCH = "dev.mainstay.bench..";
    private static final String CONCURRENT = "dev.mainstay.concurrent..";

    private static final DescribedPredicate<JavaClass> CORE = resideInAPackage("dev.mainstay..")
            .and(resideOutsideOfPackages(AI, AGENTS, SERVER, TESTKIT, BENCH))
            .as("core");

    private static final Pattern EMPTY_NAME = Pattern.compile(".*(Manager|Helper|Utils?|Impl|Base|Data|Info|Common)");
    private static final Pattern EMPTY_PACKAGE = Pattern.compile(".*\\.(common|utils?|helpers?|impl|misc)(\\..*)?");

    @Test
    void core_knows_nothing_of_the_modules_below_it_nor_of_libraries_beyond_its_list() {
        classes()
                .that(CORE)
                .should()
                .onlyDependOnClassesThat(CORE.or(resideInAnyPackage(
                        "java..",
                        "javax..",
                        "jdk.jfr..",
                        "com.sun.management..",
                        "org.jdbi..",
                        "com.zaxxer.hikari..",
                        "org.postgresql..",
                        "org.flywaydb..",
                        "tools.jackson..",
                        "com.fasterxml.jackson.annotation..",
                        "org.slf4j..",
                        "dev.failsafe..",
                        "com.cronutils..",
                        "com.github.f4b6a3..",
                        "org.snakeyaml..",
                        "org.tukaani.xz..",
                        "io.lettuce.core..",
                        "io.nats.client..",
                        "jakarta.mail..",
                        "org.jspecify..")))
                .check(MAIN);
    }

    @Test
    void a_module_knows_only_those_above_it() {
        noClasses()
                .that()
                .resideInAPackage(AI)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(AGENTS, SERVER, TESTKIT, BENCH)
                .check(MAIN);
        noClasses()
                .that()
                .resideInAPackage(AGENTS)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(SERVER, TESTKIT, BENCH)
                .check(MAIN);
        noClasses()
                .that()
                .resideInAPackage(SERVER)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(TESTKIT, BENCH)
                .check(MAIN);
        noClasses()
                .that()
                .resideInAPackage(TESTKIT)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(AGENTS, SERVER, BENCH)
                .check(MAIN);
    }

    @Test
    void features_of_core_do_not_know_each_other_in_circles() {
        slices().matching("dev.mainstay.(*)..").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void parts_of_the_server_do_not_know_each_other_in_circles() {
        slices().matching("dev.mainstay.server.(*)..").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void only_the_package_that_needs_an_optional_library_knows_it() {
        onlyIn(List.of("dev.mainstay.message.redis"), "io.lettuce..", "io.netty..");
        onlyIn(List.of("dev.mainstay.message.nats"), "io.nats..");
        onlyIn(List.of("dev.mainstay.alert.mail"), "jakarta.mail..", "org.eclipse.angus..");
    }

    @Test
    void only_the_http_package_knows_the_web_server() {
        onlyIn(List.of("dev.mainstay.server.http"), "io.javalin..", "org.eclipse.jetty..", "jakarta.servlet..");
    }

    @Test
    void only_the_command_line_and_bench_know_its_libraries() {
        onlyIn(List.of("dev.mainstay.server.cli..", BENCH), "picocli..", "org.jline..");
    }

    @Test
    void nobody_sleeps_or_reads_a_clock_outside_concurrent() {
        noClasses()
                .that()
                .resideOutsideOfPackage(CONCURRENT)
                .should(Use.of("sleep", Forbidden::isSleep))
                .orShould(Use.of("read the clock", Forbidden::isClockRead))
                .check(MAIN);
    }

    @Test
    void nobody_starts_a_thread_outside_concurrent() {
        noClasses()
                .that()
                .resideOutsideOfPackages(CONCURRENT, BENCH)
                .should(Use.of("start a thread", Forbidden::isThreadStart))
                .orShould()
                .beAssignableTo(Thread.class)
                .check(MAIN);
    }

    @Test
    void context_travels_without_thread_locals() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ThreadLocal.class)
                .check(MAIN);
    }

    @Test
    void only_the_command_line_and_bench_print() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.mainstay.server.cli..", BENCH)
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(MAIN);
    }

    @Test
    void names_say_what_a_thing_is() {
        assertThat(MAIN.stream().filter(ArchitectureTest::hasEmptyName).map(JavaClass::getName))
                .isEmpty();
    }

    @Test
    void every_package_is_null_marked() {
        assertThat(MAIN.stream()
                        .map(JavaClass::getPackage)
                        .filter(found -> !isNullMarked(found))
                        .map(JavaPackage::getName)
                        .distinct())
                .isEmpty();
    }

    private static boolean hasEmptyName(JavaClass type) {
        return EMPTY_NAME.matcher(type.getSimpleName()).matches()
                || EMPTY_PACKAGE.matcher(type.getPackageName()).matches();
    }

    private static boolean isNullMarked(JavaPackage found) {
        return found.tryGetPackageInfo()
                .filter(described -> described.isAnnotatedWith(NullMarked.class))
                .isPresent();
    }

    private static void onlyIn(List<String> homes, String... libraries) {
        noClasses()
                .that()
                .resideOutsideOfPackages(homes.toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(libraries)
                .check(MAIN);
    }
}
