using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace XenKube.Tests.Support;

/// <summary>
/// The folder of the built module, and the one place from which this process loads it. The types that the tests name are
/// found there too, so that they are the module's own.
/// </summary>
internal static class ModuleFolder
{
    public static string Path { get; } = System.IO.Path.GetFullPath(typeof(ModuleFolder).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "ModuleDirectory").Value!);

    public static string Manifest => System.IO.Path.Combine(Path, "XenKube.psd1");

    [ModuleInitializer]
    internal static void Register() => AssemblyLoadContext.Default.Resolving += (context, name) =>
        name.Name is "XenKube" or "XenKube.Core" ? context.LoadFromAssemblyPath(System.IO.Path.Combine(Path, name.Name + ".dll")) : null;
}
