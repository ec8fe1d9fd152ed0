using System.Collections;
using System.Management.Automation;
using System.Net;

namespace XenKube.Commands;

/// <summary>
/// An object from the pipeline: of what kind it is, whichever way it came, and whence. A record that came through Invoke-Command, a job,
/// Import-Clixml, Import-Csv or Select-Object has only its properties left, and is still of its kind.
/// </summary>
/// <param name="source">The object.</param>
internal sealed class PipedObject(PSObject source)
{
    private const string Deserialized = "Deserialized.";

    private static readonly string[] Prefixes = [Deserialized, "Selected.", "CSV:"];

    private static readonly string[] LocalNames = ["", ".", "localhost", Environment.MachineName];

    /// <summary>The object itself.</summary>
    public object Value => source.BaseObject;

    /// <summary>The full name of its type, or of the type that it had.</summary>
    public string Kind { get; } = KindOf(source);

    /// <summary>True for a record of this module, also for one that is only its properties now.</summary>
    public bool IsOurs => Kind.StartsWith("XenKube.", StringComparison.Ordinal);

    /// <summary>
    /// The host that the object came from, in words; null for an object of this session or host. Of a saved object nobody can say.
    /// </summary>
    public string? Origin => OriginOf(source);

    /// <summary>True for an object of a type, also if it is only its properties now.</summary>
    /// <typeparam name="T">The type.</typeparam>
    public bool Is<T>() => Value is T || Kind == typeof(T).FullName;

    /// <summary>A property as text; null if it is not there or is not a text.</summary>
    /// <param name="property">Name of the property.</param>
    public string? Text(string property) => Unwrap(Read(property)) as string;

    /// <summary>A property in the words of its value, such as those of an address; null if it is not there or empty.</summary>
    /// <param name="property">Name of the property.</param>
    public string? Words(string property) => Read(property) switch
    {
        // From JSON an address comes as an object of its properties.
        PSObject { BaseObject: PSCustomObject } parts when !parts.TypeNames[0].StartsWith(Deserialized, StringComparison.Ordinal) =>
            parts.Properties["Address"]?.Value is long number and >= 0 and <= uint.MaxValue ? new IPAddress(number).ToString()
                : (parts.Properties["IPAddressToString"] ?? parts.Properties["Address"])?.Value?.ToString(),
        var value => value?.ToString(),
    };

    /// <summary>A property as an object; null if it is not there or empty.</summary>
    /// <param name="property">Name of the property.</param>
    public PipedObject? Property(string property) => Read(property) is { } value ? new PipedObject(PSObject.AsPSObject(value)) : null;

    /// <summary>The path of the file that the object is; null if it is not a file. Not every property that is called Path is one.</summary>
    public string? FilePath => Text("PSPath") ?? Text("LiteralPath") ?? (Value as FileSystemInfo)?.FullName;

    /// <summary>What the object is, for a message: its type and its text.</summary>
    public override string ToString()
    {
        var type = Kind[(Kind.LastIndexOf('.') + 1)..];
        var text = Printable.Of(Value is PSCustomObject ? Text("FullName") ?? Text("Name") : Value.ToString());
        return text.Length == 0 || text == Kind ? $"an object of the type {type}" : $"'{text}', an object of the type {type},";
    }

    /// <summary>The elements of an argument that is a list; from the pipeline they come one by one.</summary>
    /// <param name="source">The argument.</param>
    public static IEnumerable<PSObject> Elements(PSObject source) => source.BaseObject is IList list and not byte[]
        ? list.Cast<object?>().Where(item => item is not null).Select(item => PSObject.AsPSObject(item)).SelectMany(Elements)
        : [source];

    private object? Read(string property)
    {
        try
        {
            return source.Properties[property]?.Value;
        }
        catch (GetValueException)
        {
            // A property that cannot be read says nothing.
            return null;
        }
    }

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    private static string KindOf(PSObject source)
    {
        var name = source.TypeNames.FirstOrDefault() ?? "";
        for (string? prefix; (prefix = Array.Find(Prefixes, p => name.StartsWith(p, StringComparison.Ordinal))) is not null;)
        {
            name = name[prefix.Length..];
        }
        var end = name.IndexOf('#', StringComparison.Ordinal);
        return end < 0 ? name : name[..end];
    }

    private static string? OriginOf(PSObject source)
    {
        if (Unwrap(source.Properties["PSComputerName"]?.Value) is string host)
        {
            return IsLocal(host) ? null : $"the host {Printable.Of(host)}";
        }
        return source.BaseObject is PSCustomObject && source.TypeNames.Any(name => name.Contains(Deserialized, StringComparison.Ordinal))
            ? "another session or a file" : null;
    }

    private static bool IsLocal(string host) => LocalNames.Contains(host, StringComparer.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
