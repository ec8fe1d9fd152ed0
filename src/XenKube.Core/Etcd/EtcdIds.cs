using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace XenKube.Etcd;

/// <summary>
/// The ids that etcd gives the members and the cluster when a cluster is made (server/etcdserver/api/membership, NewMember and genID):
/// the first eight bytes of a SHA-1, big-endian. The id of a member that is added later holds the time too and cannot be computed.
/// </summary>
public static class EtcdIds
{
    /// <summary>The id of a member.</summary>
    /// <param name="peerUris">Where the other members reach the member.</param>
    /// <param name="token">The token of the cluster.</param>
    public static ulong OfMember(IEnumerable<string> peerUris, string token)
    {
        ArgumentNullException.ThrowIfNull(peerUris);
        return Begin(Encoding.UTF8.GetBytes(string.Concat(peerUris.Order(StringComparer.Ordinal)) + token));
    }

    /// <summary>The id of a cluster.</summary>
    /// <param name="members">The ids of its first members.</param>
    public static ulong OfCluster(IEnumerable<ulong> members)
    {
        ulong[] sorted = [.. members.Order()];
        var bytes = new byte[sizeof(ulong) * sorted.Length];
        for (var i = 0; i < sorted.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(i * sizeof(ulong)), sorted[i]);
        }
        return Begin(bytes);
    }

    /// <summary>An id as etcdctl prints it.</summary>
    /// <param name="id">The id.</param>
    public static string Text(ulong id) => id.ToString("x", CultureInfo.InvariantCulture);

    // SHA-1 names members here; nothing is protected by it.
#pragma warning disable CA5350
    private static ulong Begin(byte[] bytes) => BinaryPrimitives.ReadUInt64BigEndian(SHA1.HashData(bytes));
#pragma warning restore CA5350
}
