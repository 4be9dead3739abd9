package dev.mainstay.server.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A kind of agents this node knows, with what can be set. Immutable.
public record KindView(String kind, String description, List<SettingView> settings) {
    /// One setting.
    ///
    /// @param otherwise what it is when nothing is given; null when there is no such value
    public record SettingView(
            String name,
            String type,
            boolean required,
            @JsonProperty("default") @Nullable String otherwise,
            String description) {}
}
