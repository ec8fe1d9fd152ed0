using XenKube.Files;

namespace XenKube.Clusters;

/// <summary>Makes the nodes of a cluster members of an etcd cluster: their roles, and a template for all of them.</summary>
/// <param name="directory">The XENDIR.</param>
public sealed class EtcdSetup(XenDirectory directory)
{
    /// <summary>Sets the members. The template of the cluster is written if the cluster does not have one.</summary>
    /// <param name="cluster">Name of the cluster, which exists.</param>
    /// <param name="members">Names of nodes, which need not exist yet.</param>
    /// <param name="token">The token; null for the usual one of the cluster.</param>
    /// <param name="template">The template.</param>
    /// <param name="cancellationToken">Ends the wait for another XenKube that is at work there.</param>
    /// <exception cref="InvalidInputException">A name is not one of a node, or is there twice.</exception>
    /// <exception cref="ItemInUseException">Another cluster has the token.</exception>
    public void SetMembers(string cluster, IReadOnlyList<string> members, string? token = null,
        EtcdTemplate template = EtcdTemplate.ContainerLinux, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(members);
        foreach (var name in members)
        {
            ItemName.Check(name, "node");
        }
        if (members.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new InvalidInputException(ErrorIds.NameInvalid, null, null, $"{twice.Key} is named twice");
        }
        new ClusterStore(directory).Get(cluster);
        using var held = directory.Lock($"roles of the cluster {cluster}", cancellationToken);
        RequireOwnToken(cluster, token ?? EtcdPlan.TokenOf(cluster));
        new ClusterRoles(members, token, []).Write(directory.Layout.ClusterSettingsPath(cluster));
        var path = directory.Layout.ClusterTemplatePath(cluster);
        if (HostFile.Find(path, follow: false) is null)
        {
            AtomicFile.Write(path, EtcdTemplateText.Of(template));
        }
    }

    /// <summary>Members with one token and the same addresses take each other's clusters for their own.</summary>
    private void RequireOwnToken(string cluster, string token)
    {
        foreach (var other in new ClusterStore(directory).Names().Where(name => name != cluster))
        {
            var path = directory.Layout.ClusterSettingsPath(other);
            if (ClusterRoles.Find(path) is { } roles && (roles.Token ?? EtcdPlan.TokenOf(other)) == token)
            {
                throw new ItemInUseException(ErrorIds.EtcdTokenInUse, path, null,
                    $"the cluster {other} has the token {Printable.Of(token)} already, and members of two clusters with one token can take "
                    + "each other for their own",
                    "Use another token for each cluster");
            }
        }
    }
}
