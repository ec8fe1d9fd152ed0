using System.Runtime.CompilerServices;
using XenKube.Tests.Support;

namespace XenKube.Ignition;

public class IgnitionMemoryTests
{
    [Fact]
    public void Many_configs_do_not_make_memory_grow()
    {
        var source = File.ReadAllBytes(Project.Tests("corpus", "clc", "guide-etcd-tls", "input.yaml"));
        var objects = Transpile(source, 500);
        GC.Collect();
        // The heap as a whole says nothing: other tests run beside this one.
        Assert.True(objects.Count(one => one.IsAlive) < 10, "configs that were transpiled are still held");
    }

    /// <summary>Every document and every result, known as long as anybody holds it. In a method of its own: a local variable holds too.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> Transpile(byte[] source, int count)
    {
        var objects = new List<WeakReference>();
        for (; count > 0; count--)
        {
            var document = source.ToArray();
            var result = IgnitionTranspiler.Transpile(document);
            Assert.True(result.Succeeded);
            objects.Add(new WeakReference(document));
            objects.Add(new WeakReference(result));
            objects.Add(new WeakReference(result.Json));
        }
        return objects;
    }
}
