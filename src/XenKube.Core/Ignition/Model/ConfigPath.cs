using System.Globalization;
using System.Text;

namespace XenKube.Ignition.Model;

/// <summary>A place in a config's tree, such as <c>storage.files.0.mode</c>. Paths share their beginnings.</summary>
/// <remarks>Held against coreos/vcontext d72178a in Butane 0.19.0 and Ignition 2.16.2.</remarks>
internal sealed class ConfigPath
{
    private readonly ConfigPath? parent;

    private ConfigPath(ConfigPath? parent, string? name, int index)
    {
        this.parent = parent;
        Name = name;
        Index = index;
    }

    /// <summary>The whole config.</summary>
    public static ConfigPath Root { get; } = new(null, null, 0);

    /// <summary>The last step's key; null for an item of a list.</summary>
    public string? Name { get; }

    /// <summary>The last step's number in a list.</summary>
    public int Index { get; }

    /// <summary>A field of the object at this place.</summary>
    public ConfigPath Field(string name) => new(this, name, 0);

    /// <summary>An item of the list at this place.</summary>
    public ConfigPath Item(int index) => new(this, null, index);

    /// <summary>The steps from the root to this place.</summary>
    public IReadOnlyList<ConfigPath> Steps()
    {
        var steps = new List<ConfigPath>();
        for (var step = this; step.parent is not null; step = step.parent)
        {
            steps.Add(step);
        }
        steps.Reverse();
        return steps;
    }

    /// <summary>The path with its root, as the messages of the reference spell it.</summary>
    public string ToDollarString() => parent is null ? "$" : "$." + ToString();

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var step in Steps())
        {
            text.Append(text.Length > 0 ? "." : "").Append(step.Name ?? step.Index.ToString(CultureInfo.InvariantCulture));
        }
        return text.ToString();
    }
}
