package dev.mainstay.server.cli;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/// Writes YAML that reads back as the same. Stateless and thread-safe.
final class Yaml {
    private Yaml() {}

    static String text(@Nullable Object plain) {
        var settings = DumpSettings.builder()
                .setDefaultFlowStyle(FlowStyle.BLOCK)
                .setUseUnicodeEncoding(false)
                .setWidth(120)
                .build();
        return new Dump(settings).dumpToString(plain);
    }
}
