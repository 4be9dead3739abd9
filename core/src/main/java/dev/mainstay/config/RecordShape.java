package dev.mainstay.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a record says about the settings it is made of: one [Part] for each component. Immutable.
record RecordShape(Class<?> type, Constructor<?> constructor, List<Part> parts) {

    /// One component: its key, its type and what its annotations say.
    ///
    /// @param named whether it is [Required]
    record Part(
            String name,
            Type type,
            @Nullable String fallback,
            String doc,
            boolean nullable,
            boolean remainder,
            boolean named) {

        static Part of(RecordComponent component) {
            var fallback = component.getAnnotation(Default.class);
            var doc = component.getAnnotation(Doc.class);
            return new Part(
                    component.getName(),
                    component.getGenericType(),
                    fallback == null ? null : fallback.value(),
                    doc == null ? "" : doc.value(),
                    component.getAnnotatedType().isAnnotationPresent(Nullable.class),
                    component.isAnnotationPresent(Remainder.class),
                    component.isAnnotationPresent(Required.class));
        }

        /// True when the settings must name this key.
        boolean isRequired() {
            return named || (fallback == null && !nullable && !remainder && Types.isSingleValue(type));
        }
    }

    private static final ClassValue<RecordShape> SHAPES = new ClassValue<>() {
        @Override
        protected RecordShape computeValue(Class<?> type) {
            return read(type);
        }
    };

    /// The shape of a record; an IllegalArgumentException when no settings could fill it, which is a mistake in code.
    static RecordShape of(Class<?> type) {
        return SHAPES.get(type);
    }

    private static RecordShape read(Class<?> type) {
        if (!type.isRecord()) {
            throw new IllegalArgumentException(type.getName() + " is not a record");
        }
        var components = type.getRecordComponents();
        var parts = Arrays.stream(components).map(Part::of).toList();
        for (var part : parts) {
            Types.require(type, part);
        }
        return new RecordShape(type, canonicalConstructor(type, components), parts);
    }

    private static Constructor<?> canonicalConstructor(Class<?> type, RecordComponent[] components) {
        var types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            var constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true); // settings records are often private to the agent that uses them
            return constructor;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("a record without its canonical constructor: " + type, e);
        }
    }

    /// The keys by name, without the remainder, which has none.
    Set<String> keys() {
        return parts.stream().filter(part -> !part.remainder()).map(Part::name).collect(Collectors.toSet());
    }

    boolean hasRemainder() {
        return parts.stream().anyMatch(Part::remainder);
    }
}
