using System.Xml.Linq;
using Mono.Cecil;
using XenKube.Tests.Support;

namespace XenKube.Tests.Layering;

/// <summary>
/// PowerShell's views print a property as it is, so that a text from a guest's disk, a key or a server would reach the terminal. Each text
/// in a view goes through Display, which escapes what a terminal acts upon.
/// </summary>
public sealed class ViewEscapeTests
{
    [Fact]
    public void Views_show_no_text_as_it_is()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        ModuleDefinition[] modules = [.. new[] { "XenKube", "XenKube.Core" }.Select(name => ModuleDefinition.ReadModule(Path.Combine(Project.Root, "src", name, "bin", configuration, "net10.0", $"{name}.dll")))];
        var types = modules.SelectMany(module => module.GetTypes()).ToLookup(type => type.FullName.Replace('/', '+'));
        var views = XDocument.Load(Path.Combine(Project.Root, "formats", "XenKube.Format.ps1xml")).Descendants("View").ToList();
        var seen = 0;
        var plain = new List<string>();
        foreach (var view in views)
        {
            var name = view.Descendants("TypeName").First().Value.Split('#')[0];
            foreach (var property in view.Descendants("PropertyName").Select(element => element.Value))
            {
                for (var type = types[name].FirstOrDefault(); type is not null; type = type.BaseType as TypeDefinition)
                {
                    if (type.Properties.FirstOrDefault(one => one.Name == property) is { } found)
                    {
                        seen++;
                        if (IsText(found.PropertyType))
                        {
                            plain.Add($"{name}.{property}");
                        }
                        break;
                    }
                }
            }
        }
        Assert.True(seen > 100, $"the types of the views were found {seen} times only");
        Assert.True(plain.Count == 0, $"show it by [XenKube.Commands.Display]::Name($_.…) or ::Lines in formats/XenKube.Format.ps1xml:\n{string.Join('\n', plain)}");
    }

    private static bool IsText(TypeReference type) => type.FullName == "System.String"
        || (type is GenericInstanceType { GenericArguments: [{ FullName: "System.String" }] });
}
