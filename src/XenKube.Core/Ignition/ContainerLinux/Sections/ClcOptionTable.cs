using System.Globalization;
using XenKube.Ignition.ContainerLinux.Decoding;
using XenKube.Ignition.ContainerLinux.Model;

namespace XenKube.Ignition.ContainerLinux.Sections;

/// <summary>Reads the tables of options, and has what the sections with options share.</summary>
internal static class ClcOptionTable
{
    /// <summary>The options of a table that a minor version knows; an item is <c>KEY[:KIND[:SINCE]]</c>.</summary>
    public static IReadOnlyList<ClcOption> Read(string table, int minor)
    {
        var options = new List<ClcOption>();
        foreach (var item in table.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = item.Split(':');
            if (parts.Length > 2 && int.Parse(parts[2], CultureInfo.InvariantCulture) > minor)
            {
                continue;
            }
            var kind = (parts.Length > 1 ? parts[1] : "") switch
            {
                "i" => ClcOptionKind.Number,
                "b" => ClcOptionKind.Flag,
                _ => ClcOptionKind.Text,
            };
            options.Add(new ClcOption(parts[0], kind, parts[0].Replace('_', '-')));
        }
        return options;
    }

    /// <summary>The field <c>version</c>. What is no version at all ends the run without a position.</summary>
    public static ClcField<ClcOptionSection> VersionField(string typeName, Func<ClcVersion, ClcFinding?> check) =>
        new ClcValueField<ClcOptionSection>("version", (decoder, node, section) =>
        {
            var alias = decoder.Enter(ref node);
            if (ClcDecoder.IsUnset(node) && (node.IsImplicit || node.Tag.Length > 0))
            {
                ClcDecoder.Resolve(node);
                section.Version = null;
            }
            else if (ClcDecoder.IsUnset(node))
            {
                decoder.AddMismatch(node, Parsing.Yaml.YamlTags.Str, "*types." + typeName);
            }
            else
            {
                var text = "";
                if (decoder.ReadText(node, ref text))
                {
                    section.Version = ClcVersion.Parse(text, out var error) ?? throw new ClcDecodeException(error!);
                }
            }
            decoder.Leave(alias);
        })
        {
            Rule = section => section.Version is { } version ? check(version) : null,
        };
}
