using XenKube.Ignition.ContainerLinux.Releases;
using XenKube.Ignition.Model;

namespace XenKube.Ignition.ContainerLinux.Sections;

/// <summary>etcd's versions and options.</summary>
internal static class ClcEtcd
{
    /// <summary>
    /// The options of 3.x in the order of the arguments: key, <c>i</c> or <c>b</c> where it is not a text, the minor version it came
    /// with.
    /// </summary>
    private const string Options3 = """
        name data_dir wal_dir snapshot_count:i heartbeat_interval:i election_timeout:i enable_pprof:b enable_v2:b:2
        listen_peer_urls listen_client_urls max_snapshots:i max_wals:i cors quota_backend_bytes:i:3 max_txn_ops:i:3
        max_request_bytes:i:3 grpc_keepalive_min_time::3 grpc_keepalive_interval::3 grpc_keepalive_timeout::3
        initial_advertise_peer_urls initial_cluster initial_cluster_state initial_cluster_token advertise_client_urls discovery
        discovery_srv discovery_fallback discovery_proxy strict_reconfig_check:b auto_compaction_retention auto_compaction_mode::3
        proxy proxy_failure_wait:i proxy_refresh_interval:i proxy_dial_timeout:i proxy_write_timeout:i proxy_read_timeout:i ca_file
        cert_file key_file client_cert_auth:b client_crl_file::3 trusted_ca_file auto_tls:b peer_ca_file peer_cert_file
        peer_key_file peer_client_cert_auth:b peer_crl_file::3 peer_trusted_ca_file peer_auto_tls:b peer_cert_allowed_cn::3
        auth_token::2 debug:b log_package_levels force_new_cluster:b metrics::1 log_output::1 listen_metrics_urls::3
        experimental_initial_corrupt_check:b:3 experimental_corrupt_check_time::3 experimental_enable_v2v3::3
        """;

    private const string Options2 = """
        advertise_client_urls ca_file cert_file client_cert_auth:b cors data_dir debug:b discovery discovery_fallback discovery_srv
        discovery_proxy election_timeout:i enable_pprof:b force_new_cluster:b heartbeat_interval:i initial_advertise_peer_urls
        initial_cluster initial_cluster_state initial_cluster_token key_file listen_client_urls listen_peer_urls log_package_levels
        max_snapshots:i max_wals:i name peer_ca_file peer_cert_file peer_key_file peer_client_cert_auth:b peer_trusted_ca_file proxy
        proxy_dial_timeout:i proxy_failure_wait:i proxy_read_timeout:i proxy_refresh_interval:i proxy_write_timeout:i
        snapshot_count:i strict_reconfig_check:b trusted_ca_file wal_dir
        """;

    private const int FirstSet3 = 1;

    /// <summary>The section in a release.</summary>
    public static ConfigType Section(ClcRelease release)
    {
        var newest = release.NewestEtcdMinor;
        return ClcOptionTable.Section(
            "Etcd",
            "etcdCommon",
            [ClcOptionTable.Version("EtcdVersion", (version, at) => CheckVersion(version, newest, at))],
            [ClcOptionTable.Read(Options2, 0, release), .. Enumerable.Range(0, newest + 1).Select(minor => ReadOptions3(minor, release))],
            version => version switch
            {
                null => FirstSet3,
                { Major: 2, Minor: >= 3 } => 0,
                { Major: 3, Minor: >= 0 } => FirstSet3 + (int)Math.Min(version.Minor, newest),
                _ => null,
            });
    }

    private static void CheckVersion(ClcVersion version, int newestMinor, FindingPlace at)
    {
        if (version.IsBelow(2, 3, 0))
        {
            at.Error("Etcd version specified is not valid (too old)");
        }
        else if ((version.Major == 2 && version.Minor > 3) || (version.Major == 3 && version.Minor > newestMinor))
        {
            at.Warning("Etcd minor version specified is too new, only options available in the previous minor version will be accepted");
        }
        else if (version.Major > 3)
        {
            at.Error("Etcd version is not valid (too new)");
        }
    }

    /// <summary>Until 3.3 the retention was a number of hours.</summary>
    private static IReadOnlyList<ConfigField> ReadOptions3(int minor, ClcRelease release) =>
    [
        .. ClcOptionTable.Read(Options3, minor, release)
            .Select(option => option.Name == "auto_compaction_retention" && minor < 3 ? option with { Type = ConfigType.Number } : option),
    ];
}
