package dev.mainstay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.MainstayException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretTest {
    @TempDir
    Path folder;

    @Test
    void a_variable_is_revealed_and_shown_as_stars() {
        var secret = Secret.of("env:TOKEN", Map.of("TOKEN", "hunter2"));

        assertThat(secret.reveal()).isEqualTo("hunter2");
        assertThat(secret).hasToString("***");
        assertThat(secret.reference()).isEqualTo("env:TOKEN");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hunter2", "hunter2\n", "hunter2\r\n"})
    void a_file_is_read_without_its_line_end(String text) throws IOException {
        assertThat(inFile(text).reveal()).isEqualTo("hunter2");
    }

    @Test
    void only_one_line_end_is_taken_off() throws IOException {
        assertThat(inFile(" two\nlines \n\n").reveal()).isEqualTo(" two\nlines \n");
    }

    @Test
    void a_file_that_changes_is_read_anew() throws IOException {
        var secret = inFile("old");
        secret.reveal();

        Files.writeString(folder.resolve("secret"), "new");

        assertThat(secret.reveal()).isEqualTo("new");
    }

    @Test
    void an_unusable_file_is_named_and_its_text_is_not() throws IOException {
        assertThatThrownBy(inFile("\n")::reveal)
                .isInstanceOf(MainstayException.class)
                .hasMessageEndingWith("secret is empty");
        Files.write(folder.resolve("secret"), "hunter2ä".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(Secret.of("file:" + folder.resolve("secret"), Map.of())::reveal)
                .hasMessageEndingWith("is not UTF-8 text")
                .hasNoCause();
    }

    @Test
    void plain_text_is_refused_without_repeating_it() {
        assertThatThrownBy(() -> Secret.of("hunter2", Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("expected env:NAME or file:PATH")
                .hasMessageNotContaining("hunter2");
    }

    private Secret inFile(String text) throws IOException {
        var file = Files.writeString(folder.resolve("secret"), text);
        return Secret.of("file:" + file, Map.of());
    }
}
