using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace XenKube.Help;

/// <summary>The XML documentation files next to the assemblies.</summary>
public sealed partial class XmlDocumentation
{
    private readonly Dictionary<string, XElement> _members = new(StringComparer.Ordinal);

    /// <summary>Reads every XML file of a directory that is documentation.</summary>
    public static XmlDocumentation ReadDirectory(string directory)
    {
        var documentation = new XmlDocumentation();
        foreach (var file in Directory.EnumerateFiles(directory, "XenKube*.xml"))
        {
            foreach (var member in XDocument.Load(file).Descendants("member"))
            {
                documentation._members[(string)member.Attribute("name")!] = member;
            }
        }
        return documentation;
    }

    /// <summary>The summary of a type as plain text; empty where there is none.</summary>
    public string Type(Type type) => Text($"T:{type.FullName?.Replace('+', '.')}");

    /// <summary>The summary of a property as plain text; empty where there is none.</summary>
    public string Property(Type declaringType, string name) => Text($"P:{declaringType.FullName?.Replace('+', '.')}.{name}");

    private string Text(string id)
    {
        if (!_members.TryGetValue(id, out var member) || member.Element("summary") is not { } summary)
        {
            return "";
        }
        return Blanks().Replace(string.Concat(summary.Nodes().Select(Plain)), " ").Trim();
    }

    private static string Plain(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" or "seealso" } see when see.Attribute("cref") is { } cref => Simple(cref.Value),
        XElement { Name.LocalName: "see" } see when see.Attribute("langword") is { } word => word.Value,
        XElement { Name.LocalName: "paramref" } reference => (string)reference.Attribute("name")!,
        XElement element => string.Concat(element.Nodes().Select(Plain)),
        _ => "",
    };

    private static string Simple(string cref) => cref[(cref.LastIndexOf('.') + 1)..].TrimEnd('(', ')');

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
