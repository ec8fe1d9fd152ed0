using System.Management.Automation;

namespace XenKube.Commands;

/// <summary>
/// The functions that the views call, as methods of an object: <c>$_.Shown.Size($_.Length)</c>. Where the language of a session is
/// constrained, PowerShell calls no static method of ours, but methods of an object without a type of its own. Values may be those of
/// objects that came from another host, where a time can be a text.
/// </summary>
public static class Shown
{
    private static readonly PSObject Functions = Make();

    /// <summary>The getter of the property Shown.</summary>
    /// <param name="instance">The object that is shown.</param>
    public static PSObject Of(PSObject instance) => Functions;

    /// <summary>The partitions of a node's disk.</summary>
    /// <param name="instance">The node.</param>
    public static object? Partitions(PSObject instance) => NodeProperties.Partitions(instance);

    /// <summary>True where the config of a node is published.</summary>
    /// <param name="instance">The node.</param>
    public static bool IsPublished(PSObject instance) => NodeProperties.IsPublished(instance);

    /// <summary>The nodes of a cluster.</summary>
    /// <param name="instance">The cluster.</param>
    public static object? Nodes(PSObject instance) => NodeProperties.Nodes(instance);

    /// <summary>The property Size in a unit that people read.</summary>
    /// <param name="instance">A partition or an image.</param>
    public static string ReadableSize(PSObject instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        return ViewFunctions.Size(instance, instance.Properties["Size"]?.Value);
    }

    // An object of this name has the functions by the types file, also where it came from another host with what is shown.
    private static PSObject Make()
    {
        var functions = new PSObject();
        functions.TypeNames.Insert(0, "XenKube.Views");
        return functions;
    }
}
