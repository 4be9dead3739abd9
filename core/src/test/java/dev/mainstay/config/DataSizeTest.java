package dev.mainstay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataSizeTest {

    @ParameterizedTest
    @CsvSource({
        "512B, 512, 512B", "64KB, 65536, 64KB", "64 kb, 65536, 64KB", "10MiB, 10485760, 10MB", "2GB, 2147483648, 2GB",
        "1TB, 1099511627776, 1TB", "1500B, 1500, 1500B", "0, 0, 0B", "1024KB, 1048576, 1MB", "-1KB, -1024, -1KB"
    })
    void reads_and_writes_sizes(String text, long bytes, String written) {
        assertThat(DataSize.parse(text)).isEqualTo(DataSize.ofBytes(bytes)).hasToString(written);
    }

    @ParameterizedTest
    @CsvSource({
        "64, 'found \"64\"; it needs a unit, for example 64KB'",
        "1.5MB, 'found \"1.5MB\"'",
        "much, 'found \"much\"'",
        "9999999999TB, 'found \"9999999999TB\"'"
    })
    void refuses_what_is_no_size(String text, String found) {
        assertThatThrownBy(() -> DataSize.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected a size such as 64KB, 10MB or 1GB, " + found);
    }
}
