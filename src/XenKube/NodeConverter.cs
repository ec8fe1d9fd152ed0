using System.Management.Automation;
using XenKube.Clusters;

namespace XenKube.Commands;

/// <summary>
/// Makes a node again out of one that came through Invoke-Command or a job and is only its properties now, so that
/// nodes listed on one host can be piped into a command on another.
/// </summary>
public sealed class NodeConverter : PSTypeConverter
{
    /// <inheritdoc/>
    public override bool CanConvertFrom(object sourceValue, Type destinationType) =>
        destinationType == typeof(Node) && Text(sourceValue, nameof(Node.Cluster)) is not null && Text(sourceValue, nameof(Node.Name)) is not null;

    /// <inheritdoc/>
    public override object ConvertFrom(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        new NodeStore(XenDirectory.Resolve(Text(sourceValue, nameof(Node.XenDir)))).Describe(Text(sourceValue, nameof(Node.Cluster))!, Text(sourceValue, nameof(Node.Name))!);

    /// <inheritdoc/>
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override object ConvertTo(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        throw new NotSupportedException();

    private static string? Text(object? source, string property) => (source as PSObject)?.Properties[property]?.Value as string;
}
