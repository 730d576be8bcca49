/* A stand-in for libnvidia-ml.so.1: two GPUs whose behavior a file decides.
 *
 * FAKE_NVML names the file; it holds words, read where a reading begins:
 *   init=<code>      nvmlInit answers this error
 *   count=<n>        number of GPUs (2 unless told)
 *   lost=<index>     this GPU answers GPU_IS_LOST; lost=all every one
 *   na               load, temperature and power answer NOT_SUPPORTED
 *   used=<MiB>       this much of GPU 0 is in use
 *   nomemory         memory answers NOT_SUPPORTED
 *   unknown          every value answers UNKNOWN
 *   block=<seconds>  a load query takes this long
 *   pid=<pid>:<MiB>  this process holds so much of GPU 0, beside another process;
 *                    without a number how much is NOT_AVAILABLE
 *   noprocesses      the lists of processes answer NOT_SUPPORTED
 *   cuda=<n>         the CUDA the driver supports, as 13000 for 13.0; without it
 *                    NOT_SUPPORTED
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum {
    OK = 0,
    UNINITIALIZED = 1,
    INVALID = 2,
    NOT_SUPPORTED = 3,
    TOO_SMALL = 7,
    LOST = 15,
    UNKNOWN = 999
};

typedef struct { unsigned gpu, memory; } utilization;
typedef struct { unsigned long long total, free, used; } memory;
typedef struct { unsigned pid; unsigned long long used; unsigned gpu, compute; } process;

static int sessions;
static int devices[8] = {0, 1, 2, 3, 4, 5, 6, 7};

static char text[256];

/* Done where a reading begins: a driver opens no file, and that would be measured. */
static void refresh(void) {
    static struct stat known;
    struct stat found;
    if (stat(getenv("FAKE_NVML"), &found)) return;
    if (found.st_ino == known.st_ino && found.st_mtim.tv_nsec == known.st_mtim.tv_nsec) return;
    known = found;
    FILE *file = fopen(getenv("FAKE_NVML"), "r");
    size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file) fclose(file);
    text[length] = 0;
}

static const char *word(const char *name) {
    size_t length = strlen(name);
    for (const char *part = text; part; part = strchr(part, ' ')) {
        while (*part == ' ') part++;
        if (!strncmp(part, name, length)) return part + length;
    }
    return NULL;
}

static int is_word(const char *found, const char *wanted) {
    size_t length = strlen(wanted);
    return !strncmp(found, wanted, length) && strchr(" \n", found[length]);
}

static int state(int *device) {
    const char *lost = word("lost=");
    if (!sessions) return UNINITIALIZED;
    if (lost && (is_word(lost, "all") || (device && atoi(lost) == *device))) return LOST;
    return word("unknown") ? UNKNOWN : OK;
}

int nvmlInitWithFlags(unsigned flags) {
    (void)flags;
    refresh();
    const char *code = word("init=");
    if (code) return atoi(code);
    sessions++;
    return OK;
}

int nvmlShutdown(void) {
    if (!sessions) return UNINITIALIZED;
    sessions--;
    return OK;
}

int nvmlSystemGetDriverVersion(char *version, unsigned length) {
    snprintf(version, length, "580.65.06");
    return sessions ? OK : UNINITIALIZED;
}

int nvmlSystemGetCudaDriverVersion_v2(int *version) {
    const char *cuda = word("cuda=");
    *version = cuda ? atoi(cuda) : 0;
    return cuda ? OK : NOT_SUPPORTED;
}

int nvmlDeviceGetCudaComputeCapability(int *device, int *major, int *minor) {
    *major = 8 + *device;
    *minor = 6;
    return word("na") ? NOT_SUPPORTED : state(device);
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
    refresh();
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
    const char *used = *device ? NULL : word("used=");
    info->used = used ? strtoull(used, NULL, 10) << 20 : (1ULL + *device) << 30;
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

static int processes(int *device, unsigned *count, process *list) {
    const char *ours = *device ? NULL : word("pid=");
    unsigned room = *count;
    *count = ours ? 2 : 1;
    if (word("noprocesses")) return NOT_SUPPORTED;
    if (state(device)) return state(device);
    if (room < *count) return TOO_SMALL;
    list[0] = (process){1, 100ULL << 20, 0, 0};
    if (ours) {
        const char *size = strchr(ours, ':');
        unsigned long long held = size ? strtoull(size + 1, NULL, 10) << 20 : ~0ULL;
        list[1] = (process){(unsigned)atoi(ours), held, 0, 0};
    }
    return OK;
}

int nvmlDeviceGetComputeRunningProcesses_v3(int *device, unsigned *count, process *list) {
    return processes(device, count, list);
}

int nvmlDeviceGetGraphicsRunningProcesses_v3(int *device, unsigned *count, process *list) {
    return processes(device, count, list);
}
