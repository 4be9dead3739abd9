package dev.mainstay.bench.gate;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.function.Predicate;

/// A call, a constructor call or a method reference to something named; ArchUnit's own conditions miss the references.
///
/// Thread-safe: it has no state of its own.
final class Use extends ArchCondition<JavaClass> {

    private final Predicate<CodeUnitAccessTarget> wanted;

    private Use(String description, Predicate<CodeUnitAccessTarget> wanted) {
        super(description);
        this.wanted = wanted;
    }

    static Use of(String description, Predicate<CodeUnitAccessTarget> wanted) {
        return new Use(description, wanted);
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
        type.getCodeUnitAccessesFromSelf().stream()
                .filter(access -> wanted.test(access.getTarget()))
                .forEach(access -> events.add(SimpleConditionEvent.satisfied(access, access.getDescription())));
    }
}
