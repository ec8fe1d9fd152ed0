using System.Collections.ObjectModel;
using System.Management.Automation;

namespace XenKube.Commands.Drives;

// Mode, owner and times of items: Get-ItemProperty and Set-ItemProperty.
public sealed partial class NodeDiskProvider
{
    /// <inheritdoc/>
    public void GetProperty(string path, Collection<string>? providerSpecificPickList) =>
        Guard(path, place => WritePropertyObject(Properties(place, providerSpecificPickList), place.FullName));

    /// <inheritdoc/>
    public object? GetPropertyDynamicParameters(string path, Collection<string>? providerSpecificPickList) => null;

    /// <inheritdoc/>
    public void SetProperty(string path, PSObject propertyValue) => Guard(path, place =>
    {
        var change = NodeDiskAttributes.FromProperties(propertyValue);
        place.RequireWritable(inside: true);
        RequireItem(place);
        if (ShouldProcess(place.FullName,
            $"Set {string.Join(", ", propertyValue.Properties.Select(property => $"{property.Name} to {property.Value}"))}"))
        {
            place.Edit(files => files.SetAttributes(place.InnerPath, change), inside: true);
            WritePropertyObject(Properties(place, [.. propertyValue.Properties.Select(property => property.Name)]), place.FullName);
        }
    });

    /// <inheritdoc/>
    public object? SetPropertyDynamicParameters(string path, PSObject propertyValue) => null;

    /// <inheritdoc/>
    public void ClearProperty(string path, Collection<string> propertyToClear) => Guard(path, place =>
        throw new InvalidInputException(ErrorIds.PropertyInvalid, place.Drive.DiskPath, place.Place,
            "mode, owner and times cannot be empty", "Set them with Set-ItemProperty"));

    /// <inheritdoc/>
    public object? ClearPropertyDynamicParameters(string path, Collection<string> propertyToClear) => null;

    private static PSObject Properties(NodeDiskPath place, Collection<string>? names)
    {
        var item = PSObject.AsPSObject(ItemOf(place));
        if (names is null or { Count: 0 })
        {
            return item;
        }
        var result = new PSObject();
        foreach (var name in names)
        {
            var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
            var found = item.Properties.Where(property => pattern.IsMatch(property.Name)).ToArray();
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                throw new InvalidInputException(ErrorIds.PropertyInvalid, place.Drive.DiskPath, place.Place,
                    $"an item has no property '{name}'", "Get-Item PATH | Format-List * shows them");
            }
            foreach (var property in found.Where(property => result.Properties[property.Name] is null))
            {
                result.Properties.Add(new PSNoteProperty(property.Name, property.Value));
            }
        }
        return result;
    }

    // The root of a file system is an item too.
    private static void RequireItem(NodeDiskPath place)
    {
        if (!place.IsPartition && place.Find() is null)
        {
            throw new XenKube.ItemNotFoundException(ErrorIds.FileNotFound, place.Drive.DiskPath, place.Place, "there is no such item");
        }
    }
}
