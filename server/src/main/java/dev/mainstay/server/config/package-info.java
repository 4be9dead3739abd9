/// What `mainstay.yml`, the environment and flags say, as records that are valid once they exist.
///
/// Main types: [dev.mainstay.server.config.MainstayConfig], which lists every key;
/// [dev.mainstay.server.config.ConfigSources], which lays the sources over one another;
/// [dev.mainstay.server.config.DeclaredAgents], which checks each declared agent against its kind.
@NullMarked
package dev.mainstay.server.config;

import org.jspecify.annotations.NullMarked;
