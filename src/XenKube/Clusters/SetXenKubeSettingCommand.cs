using System.Collections;
using System.Globalization;
using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;

namespace XenKube.Commands.Clusters;

/// <summary>Sets settings of a XENDIR, or has them at their defaults again.</summary>
[Cmdlet(VerbsCommon.Set, "XenKubeSetting", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(XenSetting))]
public sealed class SetXenKubeSettingCommand : XenDirCommand
{
    private const string NameSet = "Name";
    private const string DefaultSet = "Default";
    private const string InputObjectSet = "InputObject";

    /// <summary>The name of the setting, such as bridge; upper and lower case are the same.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = DefaultSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SettingCompleter))]
    public string Name { get; set; } = "";

    /// <summary>The value; for a list, its elements. Default for settings from the pipeline: the value that they have.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = NameSet)]
    [Parameter(ParameterSetName = InputObjectSet)]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object[]? Value { get; set; }

    /// <summary>Settings, such as those of another XENDIR: each is set to the value that it has, or to -Value.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputObjectSet, ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Takes the setting out of the file, so that it has its default.</summary>
    [Parameter(Mandatory = true, ParameterSetName = DefaultSet)]
    [Parameter(ParameterSetName = InputObjectSet)]
    public SwitchParameter Default { get; set; }

    /// <summary>Returns the setting as it is then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            Guard(Name, () => Set(Name, Value));
            return;
        }
        foreach (var element in PipedObject.Elements(InputObject))
        {
            Guard(element.BaseObject, () => Set(new PipedObject(element)));
        }
    }

    private void Set(PipedObject item)
    {
        if ((item.IsOurs && !item.Is<XenSetting>()) || item.Text(nameof(XenSetting.Name)) is not { } name
            || (item.Property(nameof(XenSetting.Value)) is null && Value is null && !Default && !item.Is<XenSetting>()))
        {
            throw new InvalidInputException(ErrorIds.InputInvalid, null, null, $"{item} is not a setting",
                "Pipe settings, as Get-XenKubeSetting returns them, or objects with a Name and a Value");
        }
        var value = item.Property(nameof(XenSetting.Value))?.Value;
        // A setting without a value is at its default.
        Set(name, Value ?? (value is null ? null : value is IList list ? [.. list.Cast<object>()] : [value]));
    }

    private void Set(string name, object[]? value)
    {
        var store = new SettingsStore(Directory);
        string[]? values = Default || value is null ? null : [.. value.Select(item => item is PSObject wrapped ? wrapped.BaseObject : item)
            .Select(item => Convert.ToString(item, CultureInfo.InvariantCulture) ?? "")];
        var to = values is null ? "its default" : string.Join(", ", values.Select(item => $"'{item}'"));
        if (!Should($"Set {name} to {to} in {Directory.SettingsPath}"))
        {
            return;
        }
        var setting = values is null ? store.Reset(name, StopToken) : store.Set(name, values, StopToken);
        if (PassThru)
        {
            WriteObject(setting);
        }
    }
}
