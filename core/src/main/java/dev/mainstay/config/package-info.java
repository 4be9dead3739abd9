/// Settings become records that are valid by construction, by one mechanism for `mainstay.yml`, the environment, flags,
/// and the settings of every agent kind, those of plug-ins included.
///
/// Each source becomes a [dev.mainstay.config.Setting] whose nodes know their origin; layers are laid over one another;
/// [dev.mainstay.config.RecordBinder] turns the result into a record, or throws one
/// [dev.mainstay.config.ConfigException] with everything that is wrong.
///
/// ```java
/// record Heartbeat(@Default("10s") @Doc("How often an agent reports.") Duration interval) {
///     Heartbeat {
///         if (!interval.isPositive()) {
///             throw new IllegalArgumentException("interval must be positive, was " + Durations.format(interval));
///         }
///     }
/// } record Program(@Default("7070") int port, @Nullable Secret token, Heartbeat heartbeat, Map<String,
/// Setting> agents) {}
///
/// var environment = System.getenv();
/// var settings = YamlSettings.read(Path.of("mainstay.yml"))
///         .overlay(EnvironmentLayer.of(Program.class, environment, Set.of("MAINSTAY_HOME")))
///         .overlay(Setting.at("port", Setting.of(7071, Origin.flag("--port"))));
/// var program = new RecordBinder(environment).bind(Program.class, settings);
/// var shown = DefaultLayer.under(Program.class, settings).flatten(); // key, value and origin of all that applies
/// ```
@NullMarked
package dev.mainstay.config;

import org.jspecify.annotations.NullMarked;
