using System.Text;

namespace XenKube.Ignition.Model;

/// <summary>Keys of the config languages and of Ignition: snake_case and camelCase.</summary>
internal static class ConfigNames
{
    /// <summary>The Ignition key of a language's key.</summary>
    public static string ToCamel(string name)
    {
        if (!name.Contains('_', StringComparison.Ordinal))
        {
            return name;
        }
        var camel = new StringBuilder(name.Length);
        var words = (name.EndsWith("_mib", StringComparison.Ordinal) ? name[..^4] + "MiB" : name).Split('_');
        camel.Append(words[0]);
        foreach (var word in words.AsSpan(1))
        {
            if (word.Length > 0)
            {
                camel.Append(char.ToUpperInvariant(word[0])).Append(word.AsSpan(1));
            }
        }
        return camel.ToString();
    }

    /// <summary>Whether a key of Ignition is that of a language's key.</summary>
    /// <param name="camel">The key of Ignition.</param>
    /// <param name="name">The language's key.</param>
    public static bool IsCamel(string camel, string name) =>
        camel.Length == name.Length - name.AsSpan().Count('_') && camel == ToCamel(name);

    /// <summary>The place in a document of the same name as a place in an Ignition config.</summary>
    public static ConfigPath ToSnake(ConfigPath path)
    {
        var snake = ConfigPath.Root;
        foreach (var step in path.Steps())
        {
            snake = step.Name is null ? snake.Item(step.Index) : snake.Field(ToSnake(step.Name));
        }
        return snake;
    }

    /// <summary>The language's key of an Ignition key.</summary>
    public static string ToSnake(string name)
    {
        var snake = new StringBuilder(name.Length + 4);
        foreach (var c in name.Replace("MiB", "Mib", StringComparison.Ordinal))
        {
            snake.Append(char.IsAsciiLetterUpper(c) ? "_" + char.ToLowerInvariant(c) : c.ToString());
        }
        return snake.ToString();
    }
}
