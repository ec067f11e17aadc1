ninja -C build/bench 2>&1 | grep -E "error|warning|FAILED"
gcc -std=c11 -D_GNU_SOURCE -O2 -fPIC -shared -Iinclude -Ilib tests/bench/*.c -o build/bench/libbench.so -Wl,--whole-archive build/bench/lib/libsalesweek.a -Wl,--no-whole-archive -lsqlite3 -lm -lpthread
