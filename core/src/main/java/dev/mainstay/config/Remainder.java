package dev.mainstay.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks the one [Setting] component that takes every key its record does not name, for a second record to be bound
/// from once it is known which (an agent's kind decides). The keys are checked then.
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Remainder {}
