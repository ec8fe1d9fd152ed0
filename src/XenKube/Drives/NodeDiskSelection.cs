using System.Management.Automation;

namespace XenKube.Commands.Drives;

/// <summary>Which of the children of a directory are listed.</summary>
/// <param name="filter">The pattern of -Filter.</param>
/// <param name="typed">The parameters of Get-ChildItem, of this provider or, for piped items, of another; those of the same names
/// count.</param>
internal sealed class NodeDiskSelection(string? filter, object? typed)
{
    private readonly WildcardPattern? _pattern = string.IsNullOrEmpty(filter)
        ? null : new WildcardPattern(filter, WildcardOptions.IgnoreCase);
    private readonly bool _directories = Is(typed, nameof(NodeDiskChildParameters.Directory));
    private readonly bool _files = Is(typed, nameof(NodeDiskChildParameters.File));

    public bool Takes(string name, bool isContainer) => (_pattern is null || _pattern.IsMatch(name))
        && (_directories == _files || _directories == isContainer);

    private static bool Is(object? typed, string name) =>
        typed is not null && PSObject.AsPSObject(typed).Properties[name]?.Value is SwitchParameter { IsPresent: true };
}
