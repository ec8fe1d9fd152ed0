using System.Text;
using XenKube.Ignition.Model;

namespace XenKube.Ignition.Butane;

/// <summary>Keys of Butane and of Ignition: snake_case and camelCase.</summary>
internal static class ButaneNames
{
    /// <summary>An Ignition key of a Butane key.</summary>
    public static string ToCamel(string name)
    {
        var camel = new StringBuilder(name.Length);
        var parts = name.EndsWith("_mib", StringComparison.Ordinal) ? name[..^4] + "MiB" : name;
        foreach (var part in parts.Split('_'))
        {
            camel.Append(camel.Length == 0 ? part : char.ToUpperInvariant(part[0]) + part[1..]);
        }
        return camel.ToString();
    }

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

    private static string ToSnake(string name)
    {
        var snake = new StringBuilder(name.Length + 4);
        foreach (var c in name.Replace("MiB", "Mib", StringComparison.Ordinal))
        {
            snake.Append(char.IsAsciiLetterUpper(c) ? "_" + char.ToLowerInvariant(c) : c.ToString());
        }
        return snake.ToString();
    }
}
