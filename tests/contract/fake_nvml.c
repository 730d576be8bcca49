/* A stand-in for libnvidia-ml.so.1: two GPUs whose behavior a file decides.
 *
 * FAKE_NVML names the file; it is read at every call and holds words:
 *   init=<code>      nvmlInit answers this error
 *   count=<n>        number of GPUs (2 unless told)
 *   lost=<index>     this GPU answers GPU_IS_LOST; lost=all every one
 *   na               load, temperature and power answer NOT_SUPPORTED
 *   nomemory         memory answers NOT_SUPPORTED
 *   unknown          every value answers UNKNOWN
 *   block=<seconds>  a load query takes this long
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { OK = 0, UNINITIALIZED = 1, INVALID = 2, NOT_SUPPORTED = 3, LOST = 15, UNKNOWN = 999 };

typedef struct { unsigned gpu, memory; } utilization;
typedef struct { unsigned long long total, free, used; } memory;

static int sessions;
static int devices[8] = {0, 1, 2, 3, 4, 5, 6, 7};

static const char *word(const char *name) {
    static char text[256];
    FILE *file = fopen(getenv("FAKE_NVML"), "r");
    size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file) fclose(file);
    text[length] = 0;
    for (char *part = strtok(text, " \n"); part; part = strtok(NULL, " \n"))
        if (!strncmp(part, name, strlen(name))) return part + strlen(name);
    return NULL;
}

static int state(int *device) {
    const char *lost = word("lost=");
    if (!sessions) return UNINITIALIZED;
    if (lost && (!strcmp(lost, "all") || (device && atoi(lost) == *device))) return LOST;
    return word("unknown") ? UNKNOWN : OK;
}

int nvmlInitWithFlags(unsigned flags) {
    const char *code = word("init=");
    (void)flags;
    if (code) return atoi(code);
    sessions++;
    return OK;
}

int nvmlShutdown(void) {
    if (!sessions) return UNINITIALIZED;
    sessions--;
    return OK;
}

int nvmlDeviceGetCount_v2(unsigned *count) {
    const char *wanted = word("count=");
    *count = wanted ? (unsigned)atoi(wanted) : 2;
    return sessions ? OK : UNINITIALIZED;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, int **device) {
    *device = &devices[index];
    return state(*device) == LOST ? LOST : OK;
}

int nvmlDeviceGetName(int *device, char *name, unsigned length) {
    snprintf(name, length, "Fake RTX %d", 5000 + *device);
    return state(device) == LOST ? LOST : OK;
}

int nvmlDeviceGetUtilizationRates(int *device, utilization *rates) {
    const char *block = word("block=");
    if (block) {
        struct timespec span = {atoi(block), 0};
        nanosleep(&span, NULL);
    }
    rates->gpu = 40 + *device;
    rates->memory = 10;
    return word("na") ? NOT_SUPPORTED : state(device);
}

int nvmlDeviceGetMemoryInfo(int *device, memory *info) {
    info->total = 8ULL << 30;
    info->used = (1ULL + *device) << 30;
    info->free = info->total - info->used;
    return word("nomemory") ? NOT_SUPPORTED : state(device);
}

int nvmlDeviceGetTemperature(int *device, unsigned sensor, unsigned *celsius) {
    *celsius = 50 + *device;
    if (sensor) return INVALID;
    return word("na") ? NOT_SUPPORTED : state(device);
}

int nvmlDeviceGetPowerUsage(int *device, unsigned *milliwatts) {
    *milliwatts = 75500 + *device;
    return word("na") ? NOT_SUPPORTED : state(device);
}
