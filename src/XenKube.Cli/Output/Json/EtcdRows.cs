using System.Text;

namespace XenKube.Cli.Output.Json;

/// <summary>A key of etcd in JSON: its value as text, and as the bytes that it is.</summary>
internal sealed record EtcdKeyRow(string Cluster, string Key, string Value, string Base64)
{
    public static EtcdKeyRow Of(string cluster, string key, byte[] value) =>
        new(cluster, key, Encoding.UTF8.GetString(value), Convert.ToBase64String(value));
}

/// <summary>A snapshot of etcd in JSON, with its size in bytes.</summary>
internal sealed record EtcdSnapshotRow(string Cluster, string Path, long Size)
{
    public static EtcdSnapshotRow Of(string cluster, FileInfo file) => new(cluster, file.FullName, file.Length);
}
