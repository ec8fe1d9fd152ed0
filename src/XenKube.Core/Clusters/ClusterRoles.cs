using System.Text;
using System.Text.Json;
using XenKube.Files;

namespace XenKube.Clusters;

/// <summary>What the nodes of a cluster are for: <c>cluster.json</c> in the cluster's directory.</summary>
/// <param name="Etcd">The nodes that are members of the etcd cluster, in their order; empty for all nodes.</param>
/// <param name="Token">The token of the etcd cluster; null for the usual one.</param>
/// <param name="Joining">The members that join a cluster which runs.</param>
public sealed record ClusterRoles(IReadOnlyList<string> Etcd, string? Token, IReadOnlyList<string> Joining)
{
    private const int LargestFile = 1 << 20;

    /// <summary>A cluster that says nothing.</summary>
    public static ClusterRoles None { get; } = new([], null, []);

    /// <summary>Reads the roles; those of <see cref="None"/> where there is no file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidInputException">It is not such a file.</exception>
    public static ClusterRoles Read(string path)
    {
        if (WholeFile.TryRead(path, LargestFile, regularOnly: true) is not { } bytes)
        {
            return None;
        }
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var etcd = document.RootElement.TryGetProperty("etcd", out var found) ? found : default;
            return etcd.ValueKind == JsonValueKind.Undefined ? None : new ClusterRoles(
                Names(etcd, "members"), etcd.TryGetProperty("token", out var token) ? token.GetString() : null, Names(etcd, "joining"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Invalid(path, e.Message, e);
        }

        string[] Names(JsonElement etcd, string member) => etcd.TryGetProperty(member, out var names)
            ? [.. names.EnumerateArray().Select(name => ItemName.IsValid(name.GetString()) ? name.GetString()!
                : throw Invalid(path, $"'{Printable.Of(name.GetString())}' is not the name of a node", null))]
            : [];
    }

    /// <summary>Writes the roles.</summary>
    /// <param name="path">The file.</param>
    public void Write(string path)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartObject("etcd");
            WriteNames(json, "members", Etcd);
            if (Token is not null)
            {
                json.WriteString("token", Token);
            }
            if (Joining.Count > 0)
            {
                WriteNames(json, "joining", Joining);
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(buffer.ToArray()) + "\n"));
    }

    private static void WriteNames(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }
        json.WriteEndArray();
    }

    private static InvalidInputException Invalid(string path, string reason, Exception? inner) =>
        new(ErrorIds.SettingsInvalid, path, null, Printable.Of(reason),
            """Write an object such as { "etcd": { "members": [ "node-1" ] } }""", inner);
}
