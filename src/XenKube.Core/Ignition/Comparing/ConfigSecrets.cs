using System.Text;
using XenKube.Ignition.Model;
using XenKube.Ignition.Secrets;
using XenKube.Ignition.Summaries;
using XenKube.Ignition.Validation;

namespace XenKube.Ignition.Comparing;

/// <summary>The secrets of an Ignition config: by the tables of types, by the paths of files, and by what contents look like.</summary>
public static class ConfigSecrets
{
    /// <summary>Finds the secrets, one for each thing that holds any.</summary>
    /// <param name="json">The JSON.</param>
    /// <exception cref="InvalidInputException">It is not a JSON object.</exception>
    public static IReadOnlyList<ConfigSecret> Find(ReadOnlyMemory<byte> json)
    {
        var found = new List<ConfigSecret>();
        foreach (var item in ComparedItem.Of(IgnitionDocument.Read(json).Config))
        {
            if (item.Parts.Select(part => KindOf(item, part)).FirstOrDefault(kind => kind is not null) is { } kind)
            {
                found.Add(new ConfigSecret($"{item.Kind.ToLowerInvariant()} {item.Name}", kind));
            }
        }
        return found;
    }

    private static string? KindOf(ComparedItem item, ConfigPart part)
    {
        if (part.Secret is not null)
        {
            return part.Secret;
        }
        if (!part.IsContent)
        {
            return Texts(part.Value).SelectMany(SecretText.Find).Select(secret => secret.Kind).FirstOrDefault();
        }
        if (ResourceContent.Of(part.Value) is not { Length: > 0 } content)
        {
            return SecretText.Find(part.Value["source"].Text).Select(secret => secret.Kind).FirstOrDefault();
        }
        return item.Kind == "File" && SecretNames.IsSecretFile(item.Key)
            ? SecretKind.Content
            : SecretText.Find(Encoding.Latin1.GetString(content)).Select(secret => secret.Kind).FirstOrDefault();
    }

    private static IEnumerable<string> Texts(ConfigValue value) => value.Type.Kind switch
    {
        ConfigKind.List => value.Items.SelectMany(Texts),
        ConfigKind.Text => [value.Text],
        _ => [],
    };
}
