using XenKube.Ignition.ContainerLinux.Model;
using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.ContainerLinux.Decoding;

/// <summary>
/// The field <c>etcd</c> or <c>flannel</c>. It is read twice: for the version, which decides what options there are, and then
/// for those. Trouble with the first reading hides that of the second.
/// </summary>
internal sealed class ClcOptionSectionField(
    ClcOptionSectionRules rules, bool pointers, ClcSlot<ClcConfig, ClcOptionSection?> slot) : ClcField<ClcConfig>(rules.Key)
{
    public override void Read(ClcDecoder decoder, YamlNode node, ClcConfig owner)
    {
        var alias = decoder.Enter(ref node);
        if (!ClcDecoder.IsUnset(node))
        {
            ReadSection(decoder, node, slot(owner) ??= new ClcOptionSection());
        }
        else if (node.IsImplicit || node.Tag == YamlTags.Null)
        {
            ClcDecoder.Resolve(node);
            slot(owner) = null;
        }
        else
        {
            decoder.AddMismatch(node, YamlTags.Str, "*types." + rules.TypeName);
        }
        decoder.Leave(alias);
    }

    private void ReadSection(ClcDecoder decoder, YamlNode node, ClcOptionSection section)
    {
        var before = decoder.Mismatches.Count;
        var result = rules.CommonShape.ReadHere(decoder, node, section);
        if (result == ClcReadResult.Mismatch || decoder.Mismatches.Count > before)
        {
            return;
        }
        if (result == ClcReadResult.Reset)
        {
            section.Version = null;
            section.NetworkConfig = "";
        }
        if (rules.FindOptions(section.Version) is not { } options)
        {
            return;
        }
        section.Options = options;
        section.Values = new Dictionary<string, object>(StringComparer.Ordinal);
        if (result == ClcReadResult.Filled)
        {
            ReadOptions(decoder, node, section, 0);
        }
    }

    private void ReadOptions(ClcDecoder decoder, YamlNode node, ClcOptionSection section, int mergeDepth)
    {
        decoder.ReadMapping(
            node,
            (key, value) =>
            {
                if (section.Options.FirstOrDefault(option => option.Key == key) is { } option)
                {
                    ReadOption(decoder, value, option, section.Values);
                }
            },
            other => ReadOptions(decoder, other, section, mergeDepth + 1));
    }

    private void ReadOption(ClcDecoder decoder, YamlNode node, ClcOption option, Dictionary<string, object> values)
    {
        object? read;
        switch (option.Kind)
        {
            case ClcOptionKind.Text:
                string? text = null;
                decoder.ReadOptionalText(node, ref text);
                read = text;
                break;
            case ClcOptionKind.Number:
                long? number = null;
                decoder.ReadNumber(node, ref number, pointers);
                read = number;
                break;
            default:
                bool? flag = null;
                decoder.ReadFlag(node, ref flag, pointers);
                read = flag;
                break;
        }
        if (read is null)
        {
            values.Remove(option.Key);
        }
        else
        {
            values[option.Key] = read;
        }
    }

    protected override void ValidateBelow(ClcConfig owner, YamlPlace place, Report report)
    {
        if (slot(owner) is not { } section)
        {
            return;
        }
        if (rules.Rule?.Invoke(section) is { } finding)
        {
            report.Add(place.Entry(finding.Kind, finding.Message));
            return;
        }
        var keys = ClcKeys.Of(place.Node);
        foreach (var field in rules.CommonFields)
        {
            field.Validate(section, place.Child(field.Key, keys.Find(field.Key)), report);
        }
        keys.ReportUnknown(place, rules.CommonFields.Select(field => field.Key).Concat(section.Options.Select(option => option.Key)), report);
    }
}
