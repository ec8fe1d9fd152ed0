using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace XenKube.Tests.Conventions;

/// <summary>
/// Which methods a method reaches, read from the instructions of some assemblies. A call through an interface ends the
/// way. An iterator and an async method are taken as part of the method that makes them; so do the delegates of the tests,
/// but not those of the product, which makes many that only some of its users run.
/// </summary>
internal sealed class CallGraph(Assembly tests, params Assembly[] products)
{
    private const BindingFlags All = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<int, OpCode> OpCodes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => (int)(ushort)code.Value);

    private readonly Dictionary<MethodBase, List<MethodBase>> _callees = [];

    /// <summary>A way from a method to one that fits, as the names along it; null if there is none.</summary>
    public IReadOnlyList<string>? FindWay(MethodBase from, Func<MethodBase, bool> isEnd)
    {
        var cameFrom = new Dictionary<MethodBase, MethodBase?> { [from] = null };
        var queue = new Queue<MethodBase>([from]);
        while (queue.TryDequeue(out var method))
        {
            if (isEnd(method))
            {
                var way = new List<string>();
                for (MethodBase? step = method; step is not null; step = cameFrom[step])
                {
                    way.Insert(0, $"{step.DeclaringType?.Name}.{step.Name}");
                }
                return way;
            }
            foreach (var callee in Callees(method).Where(callee => cameFrom.TryAdd(callee, method)))
            {
                queue.Enqueue(callee);
            }
        }
        return null;
    }

    private List<MethodBase> Callees(MethodBase method)
    {
        if (!_callees.TryGetValue(method, out var callees))
        {
            var isTest = method.Module.Assembly == tests;
            callees = isTest || products.Contains(method.Module.Assembly) ? [.. Read(method, withDelegates: isTest).Distinct()] : [];
            _callees.Add(method, callees);
        }
        return callees;
    }

    private static IEnumerable<MethodBase> Read(MethodBase method, bool withDelegates)
    {
        // The body of an iterator or an async method is MoveNext of a type made for it.
        if (method.GetCustomAttribute<StateMachineAttribute>()?.StateMachineType.GetMethod("MoveNext", All) is { } body)
        {
            yield return body;
        }
        // The first use of a type runs its static constructor.
        if (method.DeclaringType?.TypeInitializer is { } initializer && initializer != method && !method.IsConstructor)
        {
            yield return initializer;
        }
        var il = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        var typeArguments = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < il.Length;)
        {
            int value = il[at++];
            var code = OpCodes[value == 0xFE ? 0xFE00 | il[at++] : value];
            if (code.OperandType == OperandType.InlineMethod && (withDelegates || code != System.Reflection.Emit.OpCodes.Ldftn))
            {
                yield return Definition(method.Module.ResolveMethod(BitConverter.ToInt32(il, at), typeArguments, methodArguments)!);
            }
            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(il, at),
                _ => 4,
            };
        }
    }

    private static MethodBase Definition(MethodBase method) => method is MethodInfo { IsGenericMethod: true } generic ? generic.GetGenericMethodDefinition() : method;
}
