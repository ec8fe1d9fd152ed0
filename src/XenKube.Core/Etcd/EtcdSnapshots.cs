using System.Security.Cryptography;
using System.Text.Json;
using XenKube.Clusters;
using XenKube.Files;

namespace XenKube.Etcd;

/// <summary>Saves the data of etcd clusters, and makes clusters again of what was saved.</summary>
/// <param name="directory">The XENDIR.</param>
/// <param name="timeout">The longest time that a member may take for a part of its answer; null for ten seconds.</param>
public sealed class EtcdSnapshots(XenDirectory directory, TimeSpan? timeout = null)
{
    private const int HashLength = SHA256.HashSizeInBytes;

    private readonly TimeSpan _timeout = timeout ?? TimeSpan.FromSeconds(10);

    /// <summary>
    /// Saves a snapshot of a cluster's data, as <c>etcdctl snapshot save</c> does: the database and, after it, its SHA-256. The file
    /// appears when all of it is there, for its owner alone.
    /// </summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <param name="cancellationToken">Ends it; no file is left.</param>
    /// <returns>The file.</returns>
    /// <exception cref="OperationFailedException">No member answers, or the answer is not whole.</exception>
    public FileInfo Save(string cluster, string path, CancellationToken cancellationToken = default)
    {
        var clusters = new EtcdClusters(directory, _timeout);
        // A member without a quorum may lack what the others have agreed to.
        var source = clusters.List(cluster, cancellationToken).FirstOrDefault(member => member is { IsHealthy: true, ClientUri: not null })
            ?? throw new OperationFailedException(ErrorIds.EtcdNotReachable, null, cluster,
                "no member is healthy, so that none can be asked for its data",
                $"See what is wrong with the cluster: {new RemedyAction(RemedyActionKind.CheckEtcd, cluster)}");
        AtomicFile.Write(path, file => Receive(clusters, cluster, source, file, cancellationToken), PrivateFile.OwnerOnly);
        return new FileInfo(path);
    }

    /// <summary>Checks that a file is a whole snapshot.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidInputException">It is not.</exception>
    /// <exception cref="ItemNotFoundException">The file does not exist.</exception>
    internal static void Check(string path)
    {
        using var file = Open(path);
        var length = file.Length - HashLength;
        var trouble = "its length is not that of a database and its sum";
        // The database is made of pages of 512 bytes or more; what etcdctl copied from a data directory has no sum.
        if (length > 0 && length % 512 == 0)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[1 << 16];
            for (var left = length; left > 0;)
            {
                var count = file.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
                hash.AppendData(buffer, 0, count);
                left -= count;
            }
            var sum = new byte[HashLength];
            file.ReadExactly(sum);
            if (CryptographicOperations.FixedTimeEquals(sum, hash.GetHashAndReset()))
            {
                return;
            }
            trouble = "its sum does not fit its content";
        }
        throw new InvalidInputException(ErrorIds.EtcdSnapshotInvalid, path, null, $"is not a whole snapshot of etcd: {trouble}",
            "Take another snapshot");
    }

    private static FileStream Open(string path)
    {
        try
        {
            return HostFile.OpenNamed(path);
        }
        catch (Exception e) when (e.IsMissingFile())
        {
            throw new ItemNotFoundException(ErrorIds.FileNotFound, path, null, "the snapshot does not exist",
                "Name a file that holds a snapshot of etcd");
        }
    }

    private void Receive(EtcdClusters clusters, string cluster, EtcdMember source, Stream file, CancellationToken cancellationToken)
    {
        using var gateway = clusters.Connect(clusters.Get(cluster));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var last = Array.Empty<byte>();
        void Take(JsonElement part)
        {
            if (LooseJson.Bytes(LooseJson.Find(part, "result"), "blob") is { } blob)
            {
                // The sum comes last, in a part of its own.
                hash.AppendData(last);
                last = blob;
                file.Write(last);
            }
        }
        var failure = gateway.StreamAsync(source.ClientUri!, "/v3/maintenance/snapshot", Take, cancellationToken).GetAwaiter().GetResult();
        if (failure is not null)
        {
            throw new OperationFailedException(ErrorIds.EtcdRequestRefused, null, cluster, failure.Failure,
                $"See what is wrong with the cluster: {new RemedyAction(RemedyActionKind.CheckEtcd, cluster)}");
        }
        if (last.Length != HashLength || !CryptographicOperations.FixedTimeEquals(last, hash.GetHashAndReset()))
        {
            throw new OperationFailedException(ErrorIds.EtcdSnapshotTruncated, null, cluster,
                $"{source.MemberName} sent a snapshot that is not whole", "Try again");
        }
    }
}
