using System.Management.Automation;
using XenKube.Clusters;

namespace XenKube.Commands;

/// <summary>
/// Makes a node out of what names one: <c>CLUSTER/NODE</c>, a guest, or a node that came through Invoke-Command or a job and
/// is only its properties now, so that nodes listed on one host can be piped into a command on another.
/// </summary>
public sealed class NodeConverter : PSTypeConverter
{
    /// <inheritdoc/>
    public override bool CanConvertFrom(object sourceValue, Type destinationType) => destinationType == typeof(Node) && Source(sourceValue) is not null;

    /// <inheritdoc/>
    public override object ConvertFrom(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase)
    {
        var (directory, cluster, name) = Source(sourceValue) ?? throw new PSInvalidCastException();
        try
        {
            return new NodeStore(XenDirectory.Resolve(directory)).Describe(cluster, name);
        }
        catch (XenKubeException error)
        {
            throw new PSInvalidCastException(error.Message, error);
        }
    }

    /// <inheritdoc/>
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override object ConvertTo(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        throw new NotSupportedException();

    private static (string? Directory, string Cluster, string Name)? Source(object? value)
    {
        if ((value as string ?? (value as PSObject)?.BaseObject as string) is { } text)
        {
            return FromName(text, null);
        }
        if (value is null)
        {
            return null;
        }
        var source = PSObject.AsPSObject(value);
        if (Text(source, nameof(Node.Cluster)) is { } cluster && Text(source, nameof(Node.Name)) is { } name)
        {
            // A XENDIR that this host does not have is another host's: the node is looked up in ours.
            return (Text(source, nameof(Node.XenDir)) is { } directory && Directory.Exists(directory) ? directory : null, cluster, name);
        }
        // A guest: XENDIR/guests/CLUSTER/NODE.cfg
        return Text(source, "GuestConfigPath") is { } path && Text(source, "Node") is { } node
            ? FromName(node, Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(path))))
            : null;
    }

    private static (string? Directory, string Cluster, string Name)? FromName(string text, string? directory)
    {
        var parts = text.Split('/');
        return parts.Length == 2 && ItemName.IsValid(parts[0]) && ItemName.IsValid(parts[1]) ? (directory, parts[0], parts[1]) : null;
    }

    private static string? Text(PSObject source, string property) => source.Properties[property]?.Value as string;
}
