package dev.mainstay.server.config;

import dev.mainstay.config.Doc;
import dev.mainstay.config.Remainder;
import dev.mainstay.config.Setting;

/// One notifier as it is declared below `notifiers`; every key not named here belongs to its type. Immutable and
/// thread-safe.
public record NotifierSettings(
        @Doc("How it tells; `mainstay alert notifiers` lists the types with their settings.")
        String type,

        @Remainder Setting settings) {}
