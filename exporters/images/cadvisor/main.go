// cAdvisor's daemon on top of its library: the official command is a module of its own that no Go proxy serves.
// Flags, endpoints and metrics are those of the official binary, without its web pages, storage backends and
// cloud look-ups. Most flags (docker, docker_only, *_housekeeping_interval, …) are declared by the library itself.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/google/cadvisor/cache/memory"
	"github.com/google/cadvisor/container"
	"github.com/google/cadvisor/manager"
	"github.com/google/cadvisor/metrics"
	"github.com/google/cadvisor/utils/sysfs"
	"github.com/google/cadvisor/version"
	"k8s.io/klog/v2"

	// Kinds of containers and file systems, registered by being imported.
	_ "github.com/google/cadvisor/container/containerd/install"
	_ "github.com/google/cadvisor/container/docker/install"
	_ "github.com/google/cadvisor/fs/btrfs/install"
	_ "github.com/google/cadvisor/fs/overlay/install"
	_ "github.com/google/cadvisor/fs/tmpfs/install"
	_ "github.com/google/cadvisor/fs/vfs/install"
)

type options struct {
	listenIP          string
	port              int
	metricsPath       string
	storageDuration   time.Duration
	storeLabels       bool
	whitelistedLabels string
	envWhitelist      string
	cgroupWhitelist   string
	disabled, enabled container.MetricSet
}

func main() {
	klog.InitFlags(nil)
	defer klog.Flush()
	opts, showVersion := parseFlags()
	if showVersion {
		fmt.Printf("cAdvisor version %s (%s)\n", version.Info["version"], version.Info["revision"])
		return
	}
	if err := serve(opts); err != nil {
		klog.Exitf("cAdvisor stopped: %v", err)
	}
}

func parseFlags() (options, bool) {
	opts := options{disabled: metricsOffByDefault(), enabled: container.MetricSet{}}
	showVersion := flag.Bool("version", false, "print the version and exit")
	flag.StringVar(&opts.listenIP, "listen_ip", "", "IP to listen on, all of them when empty")
	flag.IntVar(&opts.port, "port", 8080, "port to listen on")
	flag.StringVar(&opts.metricsPath, "prometheus_endpoint", "/metrics", "path of the metrics")
	flag.DurationVar(&opts.storageDuration, "storage_duration", 2*time.Minute, "how long samples are kept in memory")
	flag.BoolVar(&opts.storeLabels, "store_container_labels", true, "turn every container label into a metric label")
	flag.StringVar(&opts.whitelistedLabels, "whitelisted_container_labels", "", "comma-separated container labels to keep when store_container_labels is false")
	flag.StringVar(&opts.envWhitelist, "env_metadata_whitelist", "", "comma-separated environment variable prefixes to collect")
	flag.StringVar(&opts.cgroupWhitelist, "raw_cgroup_prefix_whitelist", "", "comma-separated cgroup path prefixes to collect despite docker_only")
	flag.Var(&opts.disabled, "disable_metrics", "comma-separated `metrics` to leave out, of "+container.AllMetrics.String())
	flag.Var(&opts.enabled, "enable_metrics", "comma-separated `metrics` to collect; overrides disable_metrics")
	flag.Parse()
	return opts, *showVersion
}

// metricsOffByDefault is the official binary's choice.
func metricsOffByDefault() container.MetricSet {
	return container.MetricSet{
		container.CPUSetMetrics:                  {},
		container.CPUTopologyMetrics:             {},
		container.HugetlbUsageMetrics:            {},
		container.MemoryNumaMetrics:              {},
		container.NetworkAdvancedTcpUsageMetrics: {},
		container.NetworkTcpUsageMetrics:         {},
		container.NetworkUdpUsageMetrics:         {},
		container.ProcessMetrics:                 {},
		container.ProcessSchedulerMetrics:        {},
		container.ReferencedMemoryMetrics:        {},
		container.ResctrlMetrics:                 {},
	}
}

func serve(opts options) error {
	included := opts.includedMetrics()
	cache := memory.New(opts.storageDuration, nil)
	watcher, err := manager.New(cache, sysfs.NewRealSysFs(), manager.HousekeepingConfigFlags, included,
		http.DefaultClient, strings.Split(opts.cgroupWhitelist, ","), strings.Split(opts.envWhitelist, ","), "", 0)
	if err != nil {
		return err
	}
	if err := watcher.Start(); err != nil {
		return err
	}
	stopOnSignal(watcher)
	address := net.JoinHostPort(opts.listenIP, strconv.Itoa(opts.port))
	klog.Infof("cAdvisor %s listens on %s", version.Info["version"], address)
	return http.ListenAndServe(address, newMux(watcher, opts, included))
}

func (opts options) includedMetrics() container.MetricSet {
	if len(opts.enabled) > 0 {
		return opts.enabled
	}
	return container.AllMetrics.Difference(opts.disabled)
}

func (opts options) containerLabels() metrics.ContainerLabelsFunc {
	if opts.storeLabels {
		return metrics.DefaultContainerLabels
	}
	return metrics.BaseContainerLabels(strings.Split(opts.whitelistedLabels, ","))
}

func stopOnSignal(watcher manager.Manager) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		if err := watcher.Stop(); err != nil {
			klog.Errorf("the container manager did not stop: %v", err)
		}
		klog.Flush()
		os.Exit(0)
	}()
}
