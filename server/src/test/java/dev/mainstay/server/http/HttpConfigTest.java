package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HttpConfigTest {
    @Test
    void who_listens_everywhere_is_called_by_the_name_of_its_machine() {
        for (String everywhere : new String[] {"0.0.0.0", "::"}) {
            HttpConfig config = new HttpConfig(everywhere, 7070);
            assertThat(config.address("ops-1")).hasToString("http://ops-1:7070");
            assertThat(config.address()).hasToString("http://127.0.0.1:7070");
        }
    }

    @Test
    void who_listens_on_one_address_is_called_by_it() {
        assertThat(new HttpConfig("10.0.0.5", 7070).address("ops-1")).hasToString("http://10.0.0.5:7070");
        assertThat(new HttpConfig("::1", 7070).address("ops-1")).hasToString("http://[::1]:7070");
    }
}
