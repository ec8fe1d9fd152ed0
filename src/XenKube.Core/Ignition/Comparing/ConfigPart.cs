using System.Globalization;
using XenKube.Ignition.Model;
using XenKube.Ignition.Secrets;

namespace XenKube.Ignition.Comparing;

/// <summary>A single statement of a thing of a config: a text, number, flag or list of texts, or the content of a file.</summary>
/// <param name="Label">Where in the thing it is, such as <c>partitions[2].sizeMiB</c>.</param>
/// <param name="Name">The key of the statement, such as <c>sizeMiB</c>.</param>
/// <param name="Value">What is stated; for the mere presence of an object, the object.</param>
/// <param name="Secret">What kind of secret it is by its place; null for most.</param>
internal sealed record ConfigPart(string Label, string Name, ConfigValue Value, string? Secret)
{
    /// <summary>Whether it is the content of a file, with its source and compression.</summary>
    public bool IsContent => IsResource(Value.Type);

    /// <summary>Whether a type is that of contents: a source and what becomes of it.</summary>
    public static bool IsResource(ConfigType type) => type.Kind == ConfigKind.Object && type.Field("source") is not null;

    /// <summary>The statements of an object, in the order of its type.</summary>
    /// <param name="value">The object.</param>
    /// <param name="secret">What kind of secret all of them are; null for none.</param>
    public static List<ConfigPart> Of(ConfigValue value, string? secret = null)
    {
        var parts = new List<ConfigPart>();
        if (IsResource(value.Type))
        {
            AddResource("", value, secret, parts);
        }
        else
        {
            Collect(value, "", secret, parts);
        }
        return parts;
    }

    /// <summary>Adds a text, number, flag or list of texts, unless it says no more than its absence would.</summary>
    public static void AddScalar(
        ConfigField field, ConfigValue value, ConfigValue owner, string prefix, string? secret, List<ConfigPart> parts)
    {
        if (value.Type.Kind == ConfigKind.List ? value.Items.Count == 0 : value.IsZero(field.IsOptional))
        {
            return;
        }
        var kind = secret == SecretKind.Header && !SecretNames.IsSecretHeader(owner["name"].Text) ? null : secret;
        parts.Add(new ConfigPart(prefix + field.Name, field.Name, value, kind));
    }

    private static void Collect(ConfigValue value, string prefix, string? secret, List<ConfigPart> parts)
    {
        foreach (var (field, child) in value.Present)
        {
            var (label, kind) = (prefix + field.Name, field.Secret ?? secret);
            if (child.Type is { Kind: ConfigKind.List, Element.Kind: ConfigKind.Object })
            {
                AddEntries(label, child, kind, parts);
            }
            else if (child.Type.Kind == ConfigKind.Object)
            {
                AddObject(label, field.IsOptional, child, kind, parts);
            }
            else
            {
                AddScalar(field, child, value, prefix, kind, parts);
            }
        }
    }

    private static void AddEntries(string label, ConfigValue list, string? secret, List<ConfigPart> parts)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var index = 0; index < list.Items.Count; index++)
        {
            // Entries without a name, such as contents, are told apart by their number: their order matters.
            var entry = list.Items[index];
            var key = IsResource(entry.Type) ? "" : ComparedItem.KeyOf(entry);
            key = key.Length > 0 ? key : string.Create(CultureInfo.InvariantCulture, $"#{index + 1}");
            seen[key] = seen.GetValueOrDefault(key) + 1;
            key = seen[key] == 1 ? key : string.Create(CultureInfo.InvariantCulture, $"{key} #{seen[key]}");
            AddObject($"{label}[{key}]", isOptional: true, entry, secret, parts);
        }
    }

    private static void AddObject(string label, bool isOptional, ConfigValue value, string? secret, List<ConfigPart> parts)
    {
        var before = parts.Count;
        if (IsResource(value.Type))
        {
            AddResource(label, value, secret, parts);
        }
        else
        {
            Collect(value, label + ".", secret, parts);
        }
        if (isOptional && value.IsSet && parts.Count == before)
        {
            parts.Add(new ConfigPart(label, label, value, secret));
        }
    }

    private static void AddResource(string label, ConfigValue resource, string? secret, List<ConfigPart> parts)
    {
        if (resource["source"].IsSet || resource["compression"].IsSet)
        {
            parts.Add(new ConfigPart(label.Length == 0 ? "contents" : label, "contents", resource, secret));
        }
        var prefix = label.Length == 0 ? "" : label + ".";
        foreach (var (field, child) in resource.Present)
        {
            switch (child.Type.Kind)
            {
                case ConfigKind.List when child.Type.Element!.Kind == ConfigKind.Object:
                    AddEntries(prefix + field.Name, child, field.Secret, parts);
                    break;
                case ConfigKind.Object:
                    Collect(child, prefix + field.Name + ".", field.Secret, parts);
                    break;
                case var _ when field.Name is not ("source" or "compression"):
                    AddScalar(field, child, resource, prefix, field.Secret, parts);
                    break;
                default:
                    break;
            }
        }
    }
}
