using System.Management.Automation;
using System.Text;
using XenKube.Ignition;

namespace XenKube.Commands;

/// <summary>Makes a config out of one that is only its properties now: its JSON is all that a guest gets.</summary>
public sealed class IgnitionConfigConverter : RecordConverter<IgnitionConfig>
{
    /// <inheritdoc/>
    protected override IgnitionConfig? Convert(PSObject source) =>
        Text(source, nameof(IgnitionConfig.Json)) is { Length: > 0 } json && Text(source, nameof(IgnitionConfig.Digest)) is not null
            ? IgnitionConfig.FromJson(Encoding.UTF8.GetBytes(json), Here(Text(source, nameof(IgnitionConfig.SourcePath))))
            : null;
}
